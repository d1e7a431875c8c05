import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';

type Texts = { readonly base: string; readonly theirs: string };

/**
 * Prepares a merge in which upstream adds or removes a nested object, such as
 * `models`, that has entries of the user. The text without the object gets an empty
 * one. Upstream's change then concerns only the entries, and the object stays.
 */
export function addEmptyObjects(base: string, mine: string, theirs: string): Texts {
  const baseParts = partsOf(base)?.all;
  const mineParts = partsOf(mine)?.all;
  const theirParts = partsOf(theirs)?.all;
  if (!baseParts || !mineParts || !theirParts) return { base, theirs };
  const aligned = alignLists(mineParts, baseParts);
  const added = objectsMissing(baseParts, theirParts, theirs);
  const removed = objectsMissing(theirParts, baseParts, base);
  const addedInMine = added.filter((object) => find(aligned, object)?.isObject);
  const keptInMine = removed.filter((object) => hasOwnEntries(aligned, baseParts, object));
  return {
    base: addedInMine.reduce((text, object) => withEmpty(text, theirs, object), base),
    theirs: keptInMine.reduce((text, object) => withEmpty(text, base, object), theirs),
  };
}

/** Returns the objects over several lines of the `other` text that `parts` lack. */
function objectsMissing(
  parts: readonly Part[],
  otherParts: readonly Part[],
  other: string,
): readonly Part[] {
  return otherParts
    .filter((part) => part.isObject && linesOf(other, part).length > 1)
    .filter((part) => !find(parts, part));
}

function find(parts: readonly Part[], { list, name }: Part): Part | undefined {
  return parts.find((part) => part.list === list && part.name === name);
}

/** Whether the user's text has entries in an object that the base does not have. */
function hasOwnEntries(
  mine: readonly Part[],
  base: readonly Part[],
  { list, name }: Part,
): boolean {
  const entries = mine.filter((part) => part.list === `${list}.${name}`);
  return entries.some((entry) => !find(base, entry));
}

/**
 * Inserts the first and the last line of an object of the `other` text into a text,
 * after the same entry as there. Returns the text as it is if it lacks that entry.
 */
function withEmpty(text: string, other: string, object: Part): string {
  const siblings = partsOf(other)?.all.filter(({ list }) => list === object.list) ?? [];
  const previous = siblings.findLast(({ to }) => to < object.from);
  const anchor = previous && find(partsOf(text)?.all ?? [], previous);
  if (!anchor) return text;
  const objectLines = linesOf(other, object);
  const empty = [...objectLines.slice(0, 1), ...objectLines.slice(-1)];
  const index = lineAt(text, anchor.to) + 1;
  return text
    .split('\n')
    .toSpliced(index, 0, ...empty)
    .join('\n');
}

function linesOf(text: string, { from, to }: Part): readonly string[] {
  return text.split('\n').slice(lineAt(text, from), lineAt(text, to) + 1);
}

/** Returns the line, counted from 0, of a character. */
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length - 1;
