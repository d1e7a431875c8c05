import { diffArrays } from 'diff';
import type { Unit } from './units.ts';

/**
 * A change by upstream. `before` and `after` are the units around it in the base,
 * nearest first.
 */
export type Hunk = {
  readonly removed: readonly Unit[];
  readonly added: readonly Unit[];
  readonly before: readonly Unit[];
  readonly after: readonly Unit[];
};

/**
 * Lists the changes that upstream made to the base, in order. Each hunk has all
 * that changed between two unchanged units.
 */
export function hunksOf(base: readonly Unit[], theirs: readonly Unit[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  const start = { base: 0, theirs: 0 };
  const end = { base: 0, theirs: 0 };
  const closeHunk = () => {
    const removed = base.slice(start.base, end.base);
    const added = theirs.slice(start.theirs, end.theirs);
    const before = base.slice(0, start.base).toReversed();
    const after = base.slice(end.base);
    if (removed.length + added.length > 0) hunks.push({ removed, added, before, after });
  };
  for (const { added, removed, count } of diffArrays(base.map(keyOf), theirs.map(keyOf))) {
    const isUnchanged = !added && !removed;
    if (isUnchanged) closeHunk();
    if (!added) end.base += count;
    if (!removed) end.theirs += count;
    if (!isUnchanged) continue;
    start.base = end.base;
    start.theirs = end.theirs;
  }
  closeHunk();
  return hunks;
}

function keyOf({ id, content }: Unit): string {
  return `${id} ${content}`;
}
