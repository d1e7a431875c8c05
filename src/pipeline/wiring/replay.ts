import { hunksOf, type Hunk } from './hunks.ts';
import { unitsOf, withComma, type Unit } from './units.ts';

/**
 * Applies the changes that upstream made to the base to the user's text, unit by
 * unit. A unit is found by its name and content, so it may be at another place in
 * the user's text. Added units go next to the units that are around them in the
 * base. Returns undefined if a change or its place is not clear.
 */
export function replay(base: string, mine: string, theirs: string): string | undefined {
  const baseUnits = unitsOf(base, base);
  const mineUnits = unitsOf(mine, base);
  const theirUnits = unitsOf(theirs, base);
  if (!baseUnits || !mineUnits || !theirUnits) return undefined;
  let units: readonly Unit[] = mineUnits;
  const changedLists = new Set<string | undefined>();
  for (const hunk of hunksOf(baseUnits, theirUnits)) {
    const applied = applyHunk(hunk, units);
    if (!applied) return undefined;
    units = applied;
    for (const { list } of [...hunk.removed, ...hunk.added]) changedLists.add(list);
  }
  const settled = settleCommas(units, mineUnits, changedLists);
  return settled.flatMap(({ lines }) => lines).join('\n');
}

function applyHunk(hunk: Hunk, units: readonly Unit[]): readonly Unit[] | undefined {
  const isPresent = (part: Unit) => units.some((unit) => isSame(unit, part));
  const added = hunk.added.filter((unit) => !unit.list || !isPresent(unit));
  const [block, ...otherBlocks] = findBlocks(hunk.removed, units);
  if (block !== undefined && otherBlocks.length === 0)
    return units.toSpliced(block, hunk.removed.length, ...added);
  const remaining = removeEach(hunk.removed, added, units);
  if (!remaining) return undefined;
  const notYetAdded = added.filter((unit) => !remaining.includes(unit));
  return insert(notYetAdded, hunk, remaining);
}

/** Returns every index at which all the units of `block` follow each other. */
function findBlocks(block: readonly Unit[], units: readonly Unit[]): readonly number[] {
  if (block.length === 0) return [];
  const startsAt = (index: number) =>
    block.every((unit, offset) => isSame(units[index + offset], unit));
  return [...units.keys()].filter(startsAt);
}

/**
 * Removes units one by one, wherever they are. A part that upstream changed is
 * replaced at its place. Returns undefined if the user changed a unit, or has it
 * more than once.
 */
function removeEach(
  removed: readonly Unit[],
  added: readonly Unit[],
  from: readonly Unit[],
): readonly Unit[] | undefined {
  let units = from;
  for (const unit of removed) {
    const [index, ...others] = findBlocks([unit], units);
    const replacement = unit.list && added.find(({ id }) => id === unit.id);
    if (others.length > 0) return undefined;
    if (index !== undefined) {
      units = units.toSpliced(index, 1, ...(replacement ? [replacement] : []));
      continue;
    }
    // The user may have removed the part too, but then upstream must not have changed it.
    const isRemoved = unit.list && !units.some(({ id }) => id === unit.id);
    if (!isRemoved || replacement) return undefined;
  }
  return units;
}

/** Inserts added units. Returns undefined if a part of the same name exists. */
function insert(
  added: readonly Unit[],
  hunk: Hunk,
  units: readonly Unit[],
): readonly Unit[] | undefined {
  if (added.length === 0) return units;
  const isTaken = ({ id, list }: Unit) => list && units.some((unit) => unit.id === id);
  if (added.some(isTaken)) return undefined;
  const list = added.find((unit) => unit.list)?.list;
  const index = findPlace(list, hunk, units);
  return index === undefined ? undefined : units.toSpliced(index, 0, ...added);
}

/**
 * Returns the index at which to insert units into a list: after the nearest earlier
 * entry of the base, else before the nearest later entry, else after the last entry
 * of the list, else after the nearest earlier line. An entry or line of the base
 * counts if the user's text has it exactly once. Nothing is inserted after a case
 * that falls through.
 */
function findPlace(
  list: string | undefined,
  { before, after }: Hunk,
  units: readonly Unit[],
): number | undefined {
  const findOnly = ({ id }: Unit): Unit | undefined => {
    const [unit, ...others] = units.filter((other) => other.id === id);
    return others.length === 0 ? unit : undefined;
  };
  const isInList = (unit: Unit) => list !== undefined && unit.list === list;
  const previous = before
    .filter(isInList)
    .map(findOnly)
    .find((unit) => unit?.fallsThrough === false);
  const next = after.filter(isInList).map(findOnly).find(Boolean);
  if (!previous && next) return units.indexOf(next);
  const last = units.findLast((unit) => isInList(unit) && !unit.fallsThrough);
  const line = before.filter(hasWord).map(findOnly).find(Boolean);
  const anchor = previous ?? last ?? line;
  return anchor && units.indexOf(anchor) + 1;
}

/** Whether a unit is more than punctuation, which occurs in many places. */
function hasWord({ id }: Unit): boolean {
  return /\w/.test(id.slice('line'.length));
}

/** Gives every entry of a changed list its comma; the last one as in the user's text. */
function settleCommas(
  units: readonly Unit[],
  mine: readonly Unit[],
  changedLists: ReadonlySet<string | undefined>,
): readonly Unit[] {
  const lastOf = (all: readonly Unit[], { list }: Unit) =>
    all.findLast((unit) => unit.list === list);
  return units.map((unit) => {
    if (!unit.comma || !changedLists.has(unit.list)) return unit;
    if (lastOf(units, unit) !== unit) return withComma(unit, true);
    const mineLast = lastOf(mine, unit) ?? unit;
    return withComma(unit, mineLast.comma?.exists !== false);
  });
}

function isSame(unit: Unit | undefined, other: Unit): boolean {
  return unit?.id === other.id && unit.content === other.content;
}
