import { diffArrays } from 'diff';
import { unitsOf, withComma, type Unit } from './units.ts';

/** One change of upstream's: what it took out, what it put in, and what stands around that in base, nearest first. */
type Hunk = {
  readonly taken: readonly Unit[];
  readonly put: readonly Unit[];
  readonly before: readonly Unit[];
  readonly after: readonly Unit[];
};

/** Does to mine what upstream did to base, by what each unit says and not by where it stands; `undefined` if unclear. */
export function replay(base: string, mine: string, theirs: string): string | undefined {
  const [from, own, to] = [base, mine, theirs].map((text) => unitsOf(text, base));
  if (!from || !own || !to) return undefined;
  const hunks = hunksOf(from, to);
  const replayed = hunks.reduce<readonly Unit[] | undefined>(
    (units, hunk) => units && apply(hunk, units),
    own,
  );
  const touched = hunks.flatMap(({ taken, put }) => [...taken, ...put]).map(({ list }) => list);
  return replayed && textOf(settleCommas(replayed, own, new Set(touched)));
}

function hunksOf(base: readonly Unit[], theirs: readonly Unit[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let [from, to, sinceFrom, sinceTo] = [0, 0, 0, 0];
  const close = () => {
    const [taken, put] = [base.slice(sinceFrom, from), theirs.slice(sinceTo, to)];
    const around = { before: base.slice(0, sinceFrom).toReversed(), after: base.slice(from) };
    if (taken.length + put.length > 0) hunks.push({ taken, put, ...around });
  };
  for (const { added, removed, count } of diffArrays(base.map(sayingOf), theirs.map(sayingOf))) {
    if (!added && !removed) close();
    from += added ? 0 : count;
    to += removed ? 0 : count;
    if (!added && !removed) [sinceFrom, sinceTo] = [from, to];
  }
  close();
  return hunks;
}

function apply(hunk: Hunk, units: readonly Unit[]): readonly Unit[] | undefined {
  const put = hunk.put.filter((one) => !(one.list && units.some((unit) => isSame(unit, one))));
  const [block, ...further] = blocksOf(hunk.taken, units);
  if (block !== undefined && further.length === 0)
    return units.toSpliced(block, hunk.taken.length, ...put);
  const left = takeOut(hunk.taken, put, units);
  const rest = put.filter((one) => !left?.includes(one));
  return left && insert(rest, hunk, left);
}

/** Where all of a hunk's lines stand together. */
function blocksOf(taken: readonly Unit[], units: readonly Unit[]): readonly number[] {
  const starts = (index: number) =>
    taken.every((one, offset) => isSame(units[index + offset], one));
  return taken.length > 0 ? [...units.keys()].filter(starts) : [];
}

/** Each by itself, only where it is there once; what takes the place of its name stands where it stood. */
function takeOut(
  taken: readonly Unit[],
  put: readonly Unit[],
  from: readonly Unit[],
): readonly Unit[] | undefined {
  let units = from;
  for (const one of taken) {
    const found = [...units.keys()].filter((index) => isSame(units[index], one));
    const heir = one.list && put.find(({ id }) => id === one.id);
    const [index] = found;
    if (found.length > 1) return undefined;
    if (index !== undefined) units = units.toSpliced(index, 1, ...(heir ? [heir] : []));
    else if (!one.list || heir || units.some(({ id }) => id === one.id)) return undefined;
  }
  return units;
}

function insert(
  put: readonly Unit[],
  hunk: Hunk,
  units: readonly Unit[],
): readonly Unit[] | undefined {
  if (put.length === 0) return units;
  if (put.some(({ id, list }) => list && units.some((unit) => unit.id === id))) return undefined;
  const index = placeFor(put.find(({ list }) => list)?.list, hunk, units);
  return index === undefined ? undefined : units.toSpliced(index, 0, ...put);
}

/** After the nearest that still stands before it in its list, or else beside what is left there, or else after a line. */
function placeFor(
  list: string | undefined,
  { before, after }: Hunk,
  units: readonly Unit[],
): number | undefined {
  const only = (one: Unit): Unit | undefined => {
    const [unit, ...further] = units.filter(({ id }) => id === one.id);
    return further.length === 0 ? unit : undefined;
  };
  const inList = (unit: Unit) => list !== undefined && unit.list === list;
  const above = before
    .filter(inList)
    .map(only)
    .find((unit) => unit?.falls === false);
  const below = after.filter(inList).map(only).find(Boolean);
  if (!above && below) return units.indexOf(below);
  const last = units.findLast((unit) => inList(unit) && !unit.falls);
  const line = before
    .filter(({ id }) => /\w/.test(id.slice('line'.length)))
    .map(only)
    .find(Boolean);
  const beside = above ?? last ?? line;
  return beside && units.indexOf(beside) + 1;
}

/** In a list that changed every entry ends in a comma, and the last one does if the last one did. */
function settleCommas(
  units: readonly Unit[],
  own: readonly Unit[],
  touched: ReadonlySet<unknown>,
): readonly Unit[] {
  const lastOf = (all: readonly Unit[], { list }: Unit) =>
    all.findLast((unit) => unit.list === list);
  return units.map((unit) => {
    if (!unit.comma || !touched.has(unit.list)) return unit;
    return withComma(
      unit,
      lastOf(units, unit) !== unit || (lastOf(own, unit) ?? unit).comma?.there !== false,
    );
  });
}

function textOf(units: readonly Unit[]): string {
  return units.flatMap(({ lines }) => lines).join('\n');
}

function isSame(unit: Unit | undefined, other: Unit): boolean {
  return unit?.id === other.id && unit.content === other.content;
}

function sayingOf({ id, content }: Unit): string {
  return `${id} ${content}`;
}
