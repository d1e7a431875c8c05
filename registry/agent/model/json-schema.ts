import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type Node = JsonSchema | boolean;
type Fields<T> = Readonly<Record<string, T>>;

/** How a field that may be left out is written: as one that may be null instead, or as one that is not required. */
export type Optional = 'nullable' | 'absent';

/**
 * The JSON schema of `{ next_step }` as strict modes want it: objects name their fields, a record is a list of pairs,
 * and what strict modes do not know (lengths, ranges) becomes a hint in the description. `fromWire` takes it back.
 * @throws Unusable if no strict mode could take it: what contains itself, a tuple, what JSON has no type for
 */
export function toWireSchema(schema: z.ZodType, optional: Optional = 'nullable'): JsonSchema {
  const node = z.toJSONSchema(z.object({ next_step: schema }), {
    io: 'input',
    unrepresentable: 'any',
  });
  const { $defs = {} } = node;
  for (const name of Object.keys($defs))
    if (reaches($defs, name, name)) refuse(name, 'contains itself');
  const toStrict = (child: Node, path: string): JsonSchema => strict(child, path, optional);
  return {
    ...toStrict(node, ''),
    ...(Object.keys($defs).length > 0 && { $defs: mapFields($defs, toStrict) }),
  };
}

function refuse(path: string, what: string): never {
  throw new PermanentModelError(
    `a strict mode cannot describe ${path.replace(/^\.?next_step\.?/, '') || 'this'}: it ${what}`,
  );
}

function reaches(defs: Fields<Node>, from: string, to: string, seen = new Set<string>()): boolean {
  seen.add(from);
  const refs = [...JSON.stringify(defs[from]).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  return refs.some((name) => name === to || (!seen.has(name) && reaches(defs, name, to, seen)));
}

const untyped = 'may be anything, or is nothing that JSON has a type for';

const typeOf = (value: unknown) => (value === null ? 'null' : typeof value);

/** What every strict mode takes. */
const kept = ['type', 'const', 'enum'] as const;

function strict(node: Node, path: string, optional: Optional): JsonSchema {
  if (typeof node === 'boolean') return refuse(path, untyped);
  if (node.$ref !== undefined) return { $ref: node.$ref };
  const { anyOf = node.oneOf, items, prefixItems, properties, additionalProperties: values } = node;
  if (prefixItems) return refuse(path, 'is a tuple');
  if (node.allOf) return refuse(path, 'is an intersection');
  if (!properties && typeof values === 'object')
    return strict(pairs(node.propertyNames, values), path, optional);
  const description = [node.description, hints(node)].filter(Boolean).join(' ');
  const own = Object.fromEntries(
    kept.filter((keyword) => keyword in node).map((keyword) => [keyword, node[keyword]]),
  );
  if (node.enum && !node.type) own['type'] = [...new Set(node.enum.map(typeOf))];
  if (!anyOf && Object.keys(own).length === 0) return refuse(path, untyped);
  return {
    ...own,
    ...(description && { description }),
    ...(anyOf && { anyOf: anyOf.map((branch) => strict(branch, path, optional)) }),
    ...(items !== undefined &&
      !Array.isArray(items) && { items: strict(items, `${path}[]`, optional) }),
    ...(properties && strictFields(properties, node.required, path, optional)),
  };
}

/** The intent comes first, so that the model decides what to do before it fills in how. */
function strictFields(
  { intent, ...others }: Fields<Node>,
  required: readonly string[] = [],
  path: string,
  optional: Optional,
): JsonSchema {
  const fields = { ...(intent !== undefined && { intent }), ...others };
  const names = Object.keys(fields);
  const toField = (field: Node, name: string): JsonSchema => {
    const translated = strict(field, `${path}.${name}`, optional);
    return required.includes(name) || optional === 'absent' ? translated : orNull(translated);
  };
  return {
    properties: mapFields(fields, toField),
    required: optional === 'absent' ? names.filter((name) => required.includes(name)) : names,
    additionalProperties: false,
  };
}

const pairs = (key: Node = { type: 'string' }, value: Node): JsonSchema => ({
  type: 'array',
  items: { type: 'object', properties: { key, value }, required: ['key', 'value'] },
});

function orNull(node: JsonSchema): JsonSchema {
  const takesNull = [node, ...(node.anyOf ?? [])].some(({ type }) =>
    [type].flat().includes('null'),
  );
  return takesNull ? node : { anyOf: [node, { type: 'null' }] };
}

const mapFields = <T, U>(
  fields: Fields<T>,
  map: (value: T, name: string) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]));

/** What a model should keep to, and `fromWire` checks. */
export function hints({ format, pattern, ...node }: JsonSchema): string {
  const bounds = ['minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf'] as const;
  const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
  const isTelling = (value: unknown) =>
    value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;
  const told = [...bounds, ...limits].filter(
    (name) => isTelling(node[name]) && !(name === 'minLength' && node[name] === 1),
  );
  const notes = [
    ...told.map((name) => `${name} ${node[name]}`),
    ...(format ? [`format ${format}`] : pattern ? [`pattern ${pattern}`] : []),
    ...(node.default === undefined ? [] : [`default ${JSON.stringify(node.default)}`]),
  ];
  return notes.length > 0 ? `(${notes.join(', ')})` : '';
}

/** How much of a schema there is; a provider's strict mode says how much of each it takes. */
export type Size = {
  readonly properties: number;
  readonly optional: number;
  /** Fields that may be of several types. */
  readonly unions: number;
  /** Objects inside each other. */
  readonly depth: number;
  readonly enumValues: number;
  /** Characters of the longest enum's values, of those with more than 250. */
  readonly longEnum: number;
  /** Characters of names and values. */
  readonly characters: number;
};

/** A reference counts nothing: what it refers to counts once. */
export function sizeOf(node: JsonSchema | boolean | undefined): Size {
  if (node === undefined || typeof node === 'boolean') return nothing;
  const { properties = {}, required = [], items, anyOf = [], $defs = {} } = node;
  const names = Object.keys(properties);
  const options = node.enum ?? [];
  const constant = node.const === undefined ? [] : [node.const];
  const own = {
    properties: names.length,
    optional: names.filter((name) => !required.includes(name)).length,
    unions: anyOf.length > 0 || Array.isArray(node.type) ? 1 : 0,
    depth: 0,
    enumValues: options.length,
    longEnum: options.length > LONG_ENUM ? charactersOf(options) : 0,
    characters: charactersOf([...names, ...Object.keys($defs), ...options, ...constant]),
  };
  const children = [
    ...Object.values(properties),
    ...anyOf,
    ...Object.values($defs),
    ...[items ?? []].flat(),
  ];
  const { depth, ...sum } = children.map(sizeOf).reduce(together, own);
  return { ...sum, depth: node.type === 'object' ? depth + 1 : depth };
}

const LONG_ENUM = 250;
const charactersOf = (texts: readonly unknown[]) =>
  texts.reduce<number>((sum, text) => sum + String(text).length, 0);
const nothing: Size = {
  properties: 0,
  optional: 0,
  unions: 0,
  depth: 0,
  enumValues: 0,
  longEnum: 0,
  characters: 0,
};

const together = (a: Size, b: Size): Size => ({
  properties: a.properties + b.properties,
  optional: a.optional + b.optional,
  unions: a.unions + b.unions,
  depth: Math.max(a.depth, b.depth),
  enumValues: a.enumValues + b.enumValues,
  longEnum: Math.max(a.longEnum, b.longEnum),
  characters: a.characters + b.characters,
});

/** Whether a schema is small enough for a strict mode that takes at most `limits`. */
export function fits(schema: JsonSchema, limits: Partial<Size>): boolean {
  const size = sizeOf(schema);
  const kinds = [
    'properties',
    'optional',
    'unions',
    'depth',
    'enumValues',
    'longEnum',
    'characters',
  ] as const;
  return kinds.every((kind) => size[kind] <= (limits[kind] ?? Infinity));
}
