import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';

type Sides = { readonly base: string; readonly theirs: string };

/**
 * The same merge where an object of several lines, as `models`, comes or goes with its entries and mine has entries of
 * its own in it: the side that is without it gets an empty one, so that entries alone are put in or taken out.
 */
export function addEmptyObjects(base: string, mine: string, theirs: string): Sides {
  const [was, own, will] = [base, mine, theirs].map((text) => partsOf(text)?.all);
  if (!was || !own || !will) return { base, theirs };
  const aligned = alignLists(own, was);
  const coming = lackedBy(was, will, theirs).filter((object) => find(aligned, object)?.nests);
  const going = lackedBy(will, was, base).filter((object) => hasMore(aligned, was, object));
  return {
    base: coming.reduce((text, object) => withEmpty(text, theirs, object), base),
    theirs: going.reduce((text, object) => withEmpty(text, base, object), theirs),
  };
}

/** The objects over several lines among the parts of a text that other parts are without. */
function lackedBy(parts: readonly Part[], others: readonly Part[], text: string): readonly Part[] {
  return others.filter(
    (part) => part.nests && linesOf(text, part).length > 1 && !find(parts, part),
  );
}

function find(parts: readonly Part[], { list, name }: Part): Part | undefined {
  return parts.find((part) => part.list === list && part.name === name);
}

/** Whether mine has entries in an object that base has not. */
function hasMore(mine: readonly Part[], base: readonly Part[], { list, name }: Part): boolean {
  const inside = mine.filter((part) => part.list === `${list}.${name}`);
  return inside.some((part) => !find(base, part));
}

/** A text with the first and the last line of an object of another text, after the entry that it follows there. */
function withEmpty(text: string, other: string, object: Part): string {
  const siblings = partsOf(other)?.all.filter(({ list }) => list === object.list) ?? [];
  const before = siblings.findLast(({ to }) => to < object.from);
  const after = before && find(partsOf(text)?.all ?? [], before);
  if (!after) return text;
  const lines = text.split('\n');
  const shell = linesOf(other, object);
  return lines
    .toSpliced(lineAt(text, after.to) + 1, 0, ...shell.slice(0, 1), ...shell.slice(-1))
    .join('\n');
}

function linesOf(text: string, { from, to }: Part): readonly string[] {
  return text.split('\n').slice(lineAt(text, from), lineAt(text, to) + 1);
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length - 1;
