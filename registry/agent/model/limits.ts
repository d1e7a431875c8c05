import type { JsonSchema } from './wire.ts';

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
  const children = [...Object.values(properties), ...anyOf, ...Object.values($defs), ...[items ?? []].flat()];
  const { depth, ...sum } = children.map(sizeOf).reduce(together, own);
  return { ...sum, depth: node.type === 'object' ? depth + 1 : depth };
}

const LONG_ENUM = 250;
const charactersOf = (texts: readonly unknown[]) => texts.reduce<number>((sum, text) => sum + String(text).length, 0);
const nothing: Size = { properties: 0, optional: 0, unions: 0, depth: 0, enumValues: 0, longEnum: 0, characters: 0 };

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
  const kinds = ['properties', 'optional', 'unions', 'depth', 'enumValues', 'longEnum', 'characters'] as const;
  return kinds.every((kind) => size[kind] <= (limits[kind] ?? Infinity));
}
