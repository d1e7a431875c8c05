import type { Random } from '../../support/random.ts';
import { hostilePaths } from '../hostile/hostile-paths.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const long = 'a'.repeat(60_000);
const strings = [
  '',
  ' ',
  '\0',
  '\u202e',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '<<<<<<< yours',
  '{{evil}}',
  '${evil}',
  '--registry=https://evil',
  '^1.0.0',
  '1e999',
  '0'.repeat(64),
  'agent/agent.ts',
  './agent.ts',
  long,
  `^${'1.'.repeat(9999)}`,
  `${'-a'.repeat(9999)}!`,
  `./${'a/'.repeat(9999)}`,
  `x(${' '.repeat(9999)}`,
  ...hostilePaths('/nowhere'),
];
const others = [
  null,
  true,
  0,
  -1,
  1e308,
  0.5,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [null],
  [[]],
  { a: {} },
  deep(300),
];
const bytes = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\0',
  '\n',
  '\uFEFF',
  '\uD800',
  '1e9999',
  'null',
  '\\u0000',
  '//',
];

function deep(levels: number): Json {
  let value: Json = {};
  for (let left = levels; left > 0; left -= 1) value = left % 2 ? [value] : { a: value };
  return value;
}

/** A good text with one to four things wrong, in its values or in its letters. */
export function mutated(text: string, random: Random): string {
  const { below, one } = random;
  if (below(5) === 0) {
    let letters = text;
    for (let left = one([1, 2, 4]); left > 0; left -= 1) letters = garbled(letters, random);
    return letters;
  }
  let value = JSON.parse(text) as Json;
  for (let left = one([1, 1, 2, 4]); left > 0; left -= 1) value = changed(value, random);
  return withPrototypes(JSON.stringify(value), random);
}

/** A text of the same kind that follows only its shape: the same keys, and anything as values. */
export function invented(text: string, random: Random): string {
  const make = (value: Json, level: number): Json => {
    if (random.below(12) === 0) return anything(random);
    if (Array.isArray(value)) {
      const length = random.one([0, 1, 1, 2, 5]);
      return Array.from({ length }, () =>
        make((value as readonly Json[])[random.below(value.length)] ?? null, level + 1),
      );
    }
    if (typeof value !== 'object' || value === null)
      return random.below(4) === 0 ? anything(random) : value;
    const entries = Object.entries(value).filter(() => random.below(10) > 0);
    return Object.fromEntries(
      entries.map(([key, one]) => [
        random.below(25) === 0 ? word(random) : key,
        make(one, level + 1),
      ]),
    );
  };
  return withPrototypes(JSON.stringify(make(JSON.parse(text) as Json, 0)), random);
}

const word = ({ below }: Random): string => strings[below(strings.length)] ?? '';

function anything(random: Random): Json {
  return random.below(2) === 0 ? word(random) : (others[random.below(others.length)] ?? null);
}

/** Goes down to a random place, and changes what is there. */
function changed(value: Json, random: Random): Json {
  const { below } = random;
  if (typeof value === 'string' && below(4) > 0)
    return below(2) === 0 ? garbled(value, random) : word(random);
  if (typeof value !== 'object' || value === null || below(16) === 0) return anything(random);
  if (Array.isArray(value)) {
    const all = value as readonly Json[];
    const at = below(all.length);
    const item = all[at];
    if (item === undefined) return [anything(random)];
    // More than a registry may have, but no text that fills the memory.
    const many = JSON.stringify(item).length < 3000 ? 700 : 2;
    if (below(6) === 0)
      return random.one([all.toSpliced(at, 1), [...all, item], Array<Json>(many).fill(item)]);
    return all.with(at, changed(item, random));
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  const [key, one] = entries[below(entries.length)] ?? [];
  if (key === undefined || one === undefined) return { [word(random)]: anything(random) };
  const rest = entries.filter(([name]) => name !== key);
  if (below(8) === 0)
    return Object.fromEntries(
      random.one([rest, [...rest, [word(random), one]], [...entries, [word(random), one]]]),
    );
  return Object.fromEntries(
    entries.map(([name, old]) => [name, name === key ? changed(old, random) : old]),
  );
}

function garbled(text: string, { below, one }: Random): string {
  const [at, count] = [below(text.length + 1), one([0, 1, 1, 5, 100])];
  const put = one([
    bytes[below(bytes.length)] ?? '',
    String.fromCodePoint(below(0xd7ff)),
    text.slice(at, at + below(200)),
    '',
  ]);
  return text.slice(0, at) + put + text.slice(at + count);
}

/** JSON.stringify never writes this key, so that it is put in by hand. */
function withPrototypes(text: string, { below, one }: Random): string {
  if (below(10) > 0) return text;
  const key = one(['"__proto__"', '"\\u005f_proto__"', '"constructor"', '"prototype"']);
  const value = one(['{"polluted":1}', '{"prototype":{"polluted":1}}', 'null', '"polluted"']);
  const places = [...text.matchAll(/\{/g)];
  const place = places[below(places.length)]?.index;
  if (place === undefined) return text;
  const comma = text[place + 1] === '}' ? '' : ',';
  return `${text.slice(0, place + 1)}${key}:${value}${comma}${text.slice(place + 1)}`;
}
