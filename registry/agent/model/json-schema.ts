import * as z from 'zod';
import { oneLine, PermanentModelError } from '../core/errors.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type SchemaNode = JsonSchema | boolean;

/** How a strict mode expresses an optional field: it may be null, or it is not required. */
export type OptionalStyle = 'nullable' | 'not-required';

/** The JSON schema of an answer. It is sent as text if it is not strict. */
export type OutputSchema = { readonly schema: JsonSchema; isStrict: boolean };

/**
 * Converts to the JSON schema of `{ next_step }`, for a strict mode if one can describe it.
 * @throws PermanentModelError for a type that JSON does not have
 */
export function toOutputSchema(schema: z.ZodType, style: OptionalStyle): OutputSchema {
  try {
    return { schema: toStrictSchema(schema, style), isStrict: true };
  } catch {
    return { schema: toJsonSchema(schema), isStrict: false };
  }
}

function toJsonSchema(schema: z.ZodType, cycles: 'ref' | 'throw' = 'ref'): JsonSchema {
  try {
    return z.toJSONSchema(z.object({ next_step: schema }), { io: 'input', cycles });
  } catch (error) {
    throw new PermanentModelError(`a next step has no JSON schema: ${oneLine(error)}`);
  }
}

/**
 * Converts for strict modes: lengths, ranges and formats become notes in the description, and
 * optional fields may be null. `parseAnswer` undoes it.
 * @throws for what no strict mode supports: recursion, records, tuples, intersections, and values
 * of any type
 */
export function toStrictSchema(schema: z.ZodType, style: OptionalStyle = 'nullable'): JsonSchema {
  return convert(toJsonSchema(schema, 'throw'), style);
}

/** Converts one node. The order of keys is part of the request, so that caches are hit. */
function convert(node: SchemaNode, style: OptionalStyle): JsonSchema {
  assertSupported(node);
  if (node.$ref !== undefined) return { $ref: node.$ref };
  const { properties, items, $defs } = node;
  const strict = typeOf(node);
  const description = describeNode(node);
  if (description !== '') strict.description = description;
  const branches = node.anyOf ?? node.oneOf;
  if (branches) {
    strict.anyOf = branches.map((branch) => convert(branch, style));
  }
  if (items !== undefined && !Array.isArray(items)) {
    strict.items = convert(items, style);
  }
  if (properties) Object.assign(strict, convertProperties(node, style));
  if ($defs) strict.$defs = mapFields($defs, (named) => convert(named, style));
  return strict;
}

const typeKeywords = ['type', 'const', 'enum', 'anyOf', 'oneOf', '$ref'];

function assertSupported(node: SchemaNode): asserts node is JsonSchema {
  const isTyped = typeof node === 'object' && typeKeywords.some((name) => name in node);
  const isRecord = isTyped && node.type === 'object' && !node.properties;
  if (!isTyped || isRecord || node.prefixItems || node.allOf) {
    throw new TypeError('no strict mode supports this');
  }
}

/** Copies the keywords that every strict mode supports. */
function typeOf(node: JsonSchema): JsonSchema {
  const kept: JsonSchema = {};
  if (node.type) kept.type = node.type;
  if (node.const !== undefined) kept.const = node.const;
  if (!node.enum) return kept;
  kept.enum = node.enum;
  if (!node.type) Object.assign(kept, { type: [...new Set(node.enum.map(jsonTypeOf))] });
  return kept;
}

function jsonTypeOf(value: unknown) {
  const types = ['string', 'number', 'boolean'] as const;
  return types.find((type) => type === typeof value) ?? 'null';
}

/** The intent comes first, so that the model decides what to do before it fills in how. */
function convertProperties(node: JsonSchema, style: OptionalStyle): JsonSchema {
  const { properties = {}, required = [] } = node;
  const { intent, ...others } = properties;
  const fields = intent === undefined ? properties : { intent, ...others };
  const isNullable = style === 'nullable';
  const names = Object.keys(fields);
  return {
    properties: mapFields(fields, (field, name) => {
      const strict = convert(field, style);
      return isNullable && !required.includes(name) ? orNull(strict) : strict;
    }),
    required: names.filter((name) => isNullable || required.includes(name)),
    additionalProperties: false,
  };
}

function orNull(node: JsonSchema): JsonSchema {
  const types = [node, ...(node.anyOf ?? [])].flatMap(({ type }) => type ?? []);
  return types.includes('null') ? node : { anyOf: [node, { type: 'null' }] };
}

function mapFields(
  fields: Readonly<Record<string, SchemaNode>>,
  map: (field: SchemaNode, name: string) => JsonSchema,
): Record<string, JsonSchema> {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.map(([name, field]) => [name, map(field, name)]));
}

const sizes = ['minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf'] as const;
const ranges = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
const noted = [...sizes, ...ranges, 'format', 'pattern', 'default'] as const;

/** Adds in words what the strict schema leaves out. `parseAnswer` checks it. */
function describeNode(node: JsonSchema): string {
  const names = noted.filter((name) => isTelling(name, node));
  const notes = names.map((name) => {
    const value = node[name];
    return `${name} ${name === 'default' ? JSON.stringify(value) : value}`;
  });
  const list = notes.length > 0 ? `(${notes.join(', ')})` : '';
  return [node.description, list].filter(Boolean).join(' ');
}

/** Zod limits every integer to the safe integers, and `min(1)` only means "not empty". */
function isTelling(name: (typeof noted)[number], node: JsonSchema): boolean {
  const value = node[name];
  if (value === undefined || (name === 'minLength' && value === 1)) return false;
  if (name === 'pattern') return node.format === undefined;
  return Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;
}

/** Converts each schema once: with many tools, this is the slowest part of a request. */
export function cacheSchemas(style: OptionalStyle): (schema: z.ZodType) => OutputSchema {
  const cache = new WeakMap<z.ZodType, OutputSchema>();
  return (schema) => {
    const output = cache.get(schema) ?? toOutputSchema(schema, style);
    cache.set(schema, output);
    return output;
  };
}
