import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type SchemaNode = JsonSchema | boolean;
type Fields<T> = Readonly<Record<string, T>>;

/** How a strict mode expresses an optional field: it may be null, or it is not required. */
export type OptionalStyle = 'nullable' | 'not-required';

/**
 * Converts to the JSON schema of `{ next_step }` for strict modes: a record becomes a list of
 * pairs, and lengths, ranges and formats become notes in the description. `parseAnswer` undoes it.
 * @throws PermanentModelError for what strict modes do not support: recursion, tuples,
 * intersections, and types that JSON does not have
 */
export function toStrictSchema(schema: z.ZodType, style: OptionalStyle = 'nullable'): JsonSchema {
  const root = z.toJSONSchema(z.object({ next_step: schema }), {
    io: 'input',
    unrepresentable: 'any',
  });
  const { $defs } = root;
  if (!$defs) return convert(root, '', style);
  const recursive = Object.keys($defs).find((name) => isRecursive($defs, name));
  if (recursive !== undefined) rejectSchema(recursive, 'contains itself');
  const strict = convert(root, '', style);
  strict.$defs = mapFields($defs, (node, name) => convert(node, name, style));
  return strict;
}

/** Returns whether following the references in a definition leads back to it. */
function isRecursive(defs: Fields<JsonSchema>, name: string): boolean {
  const reached = new Set(referencesIn(defs[name]));
  for (const reference of reached) {
    for (const next of referencesIn(defs[reference])) reached.add(next);
  }
  return reached.has(name);
}

function referencesIn(node: JsonSchema = {}): readonly string[] {
  const matches = JSON.stringify(node).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g);
  return [...matches].map(([, name = '']) => name);
}

function rejectSchema(path: string, problem: string): never {
  const field = path.replace(/^\.?next_step\.?/, '') || 'this';
  throw new PermanentModelError(`a strict mode cannot describe ${field}: it ${problem}`);
}

const UNTYPED = 'may be anything, or is nothing that JSON has a type for';

/** Converts one node. The order of keys is part of the request, so that caches are hit. */
function convert(node: SchemaNode, path: string, style: OptionalStyle): JsonSchema {
  if (typeof node === 'boolean') return rejectSchema(path, UNTYPED);
  if (node.$ref !== undefined) return { $ref: node.$ref };
  if (node.prefixItems) return rejectSchema(path, 'is a tuple');
  if (node.allOf) return rejectSchema(path, 'is an intersection');
  const { properties, additionalProperties: values, items } = node;
  if (!properties && typeof values === 'object') {
    return convert(pairList(node.propertyNames, values), path, style);
  }
  const strict = typeOf(node);
  const branches = node.anyOf ?? node.oneOf;
  if (!branches && Object.keys(strict).length === 0) {
    return rejectSchema(path, UNTYPED);
  }
  const description = describeNode(node);
  if (description !== '') strict.description = description;
  if (branches) {
    strict.anyOf = branches.map((branch) => convert(branch, path, style));
  }
  if (items !== undefined && !Array.isArray(items)) {
    strict.items = convert(items, `${path}[]`, style);
  }
  return properties ? { ...strict, ...convertProperties(node, path, style) } : strict;
}

/** Copies the keywords that every strict mode supports. */
function typeOf(node: JsonSchema): JsonSchema {
  const kept: JsonSchema = {};
  if (node.type) kept.type = node.type;
  if (node.const !== undefined) kept.const = node.const;
  if (!node.enum) return kept;
  kept.enum = node.enum;
  kept.type ??= [...new Set(node.enum.map(jsonTypeOf))];
  return kept;
}

function jsonTypeOf(value: unknown) {
  const types = ['string', 'number', 'boolean'] as const;
  return types.find((type) => type === typeof value) ?? 'null';
}

/** The intent comes first, so that the model decides what to do before it fills in how. */
function convertProperties(node: JsonSchema, path: string, style: OptionalStyle): JsonSchema {
  const { required = [] } = node;
  const { intent, ...others } = node.properties ?? {};
  const fields = intent === undefined ? others : { intent, ...others };
  const properties = mapFields(fields, (field, name) => {
    const strict = convert(field, `${path}.${name}`, style);
    return style === 'not-required' || required.includes(name) ? strict : orNull(strict);
  });
  const names = Object.keys(fields);
  const needed = names.filter((name) => required.includes(name));
  return {
    properties,
    required: style === 'nullable' ? names : needed,
    additionalProperties: false,
  };
}

function pairList(key: SchemaNode = { type: 'string' }, value: SchemaNode): JsonSchema {
  const properties = { key, value };
  return {
    type: 'array',
    items: { type: 'object', properties, required: ['key', 'value'] },
  };
}

function orNull(node: JsonSchema): JsonSchema {
  const branches = [node, ...(node.anyOf ?? [])];
  const takesNull = branches.some(({ type }) => [type].flat().includes('null'));
  return takesNull ? node : { anyOf: [node, { type: 'null' }] };
}

function mapFields<T, U>(fields: Fields<T>, map: (value: T, name: string) => U): Record<string, U> {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.map(([name, value]) => [name, map(value, name)]));
}

const constraints = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'multipleOf',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
] as const;

/** Adds in words what the strict schema leaves out. `parseAnswer` checks it. */
function describeNode(node: JsonSchema): string {
  const telling = constraints.filter((name) => isTelling(name, node[name]));
  const notes = telling.map((name) => `${name} ${node[name]}`);
  if (node.format) notes.push(`format ${node.format}`);
  else if (node.pattern) notes.push(`pattern ${node.pattern}`);
  if (node.default !== undefined) {
    notes.push(`default ${JSON.stringify(node.default)}`);
  }
  const list = notes.length > 0 ? `(${notes.join(', ')})` : '';
  return [node.description, list].filter(Boolean).join(' ');
}

/** Zod limits every integer to the safe integers, and `min(1)` only means "not empty". */
function isTelling(name: string, value: unknown): boolean {
  if (value === undefined || (name === 'minLength' && value === 1)) {
    return false;
  }
  return Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;
}

/** How large a schema is. Strict modes have limits for these. */
export type SchemaSize = {
  properties: number;
  optional: number;
  /** Fields of several types. */
  unions: number;
  /** Levels of nested objects. */
  depth: number;
  enumValues: number;
  /** Characters of the longest enum among those with more than 250 values. */
  longEnum: number;
  /** Characters of all names and values. */
  characters: number;
};

const LONG_ENUM_VALUES = 250;

/** Measures a schema. A definition counts once, a reference to it counts nothing. */
export function measureSchema(schema: JsonSchema): Readonly<SchemaSize> {
  const size = {
    properties: 0,
    optional: 0,
    unions: 0,
    depth: 0,
    enumValues: 0,
    longEnum: 0,
    characters: 0,
  };
  addNode(size, schema, 0);
  return size;
}

/** Adds a node and its children. `depth` is the number of objects around it. */
function addNode(size: SchemaSize, node: SchemaNode, depth: number): void {
  if (typeof node === 'boolean') return;
  const { properties = {}, required = [], anyOf = [], $defs = {} } = node;
  const names = Object.keys(properties);
  size.properties += names.length;
  size.optional += names.filter((name) => !required.includes(name)).length;
  size.characters += countChars([...names, ...Object.keys($defs)]);
  if (anyOf.length > 0 || Array.isArray(node.type)) size.unions += 1;
  addValues(size, node);
  const level = node.type === 'object' ? depth + 1 : depth;
  size.depth = Math.max(size.depth, level);
  const items = [node.items ?? []].flat();
  const nested = [...Object.values(properties), ...Object.values($defs)];
  for (const child of [...nested, ...anyOf, ...items]) addNode(size, child, level);
}

function addValues(size: SchemaSize, node: JsonSchema): void {
  const { enum: values = [], const: constant } = node;
  const chars = countChars(values);
  size.enumValues += values.length;
  size.characters += chars;
  if (constant !== undefined) size.characters += countChars([constant]);
  if (values.length > LONG_ENUM_VALUES) {
    size.longEnum = Math.max(size.longEnum, chars);
  }
}

function countChars(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + String(value).length, 0);
}

/** Returns whether a strict mode with these limits accepts the schema. */
export function fitsLimits(schema: JsonSchema, limits: Partial<SchemaSize>): boolean {
  const size: Readonly<Record<string, number>> = measureSchema(schema);
  return Object.entries(limits).every(([kind, limit]) => (size[kind] ?? 0) <= limit);
}
