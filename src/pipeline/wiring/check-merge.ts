import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';
import { lineKey } from './units.ts';

/** One property of the three texts of a merge, and of its result. */
type Compared<T> = {
  readonly base: T;
  readonly mine: T;
  readonly theirs: T;
  readonly result: T;
};

/**
 * Whether the result of a merge has the changes of both sides and nothing else. It
 * compares how often each line occurs, and the content of each part by its name. It
 * also makes sure that no name has lost its declaration.
 */
export function isCompleteMerge(texts: Compared<string>): boolean {
  return hasAllLines(mapSides(texts, countLines)) && hasAllParts(texts);
}

/**
 * Whether each line occurs as often as in the user's text, plus or minus what
 * upstream changed. A change that the user already made as well counts once.
 */
function hasAllLines(counts: Compared<ReadonlyMap<string, number>>): boolean {
  return keysOf(counts).every((line) => {
    const count = mapSides(counts, (lines) => lines.get(line) ?? 0);
    const { base, mine, theirs, result } = count;
    return result === mine + theirs - base || (isAlreadyDone(count) && result === mine);
  });
}

function isAlreadyDone({ base, mine, theirs }: Compared<number>): boolean {
  if (theirs > base) return mine >= theirs;
  return theirs < base && mine <= theirs;
}

function hasAllParts(texts: Compared<string>): boolean {
  const { base, mine, theirs, result } = mapSides(texts, partsOf);
  if (!base || !mine || !theirs || !result) return false;
  const contents = mapSides({ base, mine, theirs, result }, ({ all }) =>
    contentsOf(alignLists(all, base.all)),
  );
  const areMerged = keysOf(contents).every((name) =>
    isMerged(mapSides(contents, (parts) => parts.get(name))),
  );
  const isUsable = (name: string) => mine.undeclared.has(name) || theirs.undeclared.has(name);
  return areMerged && [...result.undeclared].every(isUsable);
}

/** Whether a part has upstream's change, or else is as in the user's text. */
function isMerged({ base, mine, theirs, result }: Compared<string | undefined>): boolean {
  if (base === theirs) return result === mine;
  return result === theirs && (mine === base || mine === theirs);
}

function mapSides<A, B>(sides: Compared<A>, map: (side: A) => B): Compared<B> {
  const { base, mine, theirs, result } = sides;
  return { base: map(base), mine: map(mine), theirs: map(theirs), result: map(result) };
}

function keysOf(maps: Compared<ReadonlyMap<string, unknown>>): readonly string[] {
  const keys = Object.values(maps).flatMap((map) => [...map.keys()]);
  return [...new Set(keys)];
}

function countLines(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const key = lineKey(line);
    if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/**
 * Maps list and name to content. The contents of parts with the same list and name
 * are joined.
 */
export function contentsOf(parts: readonly Part[]): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (const { list, name, content } of parts) {
    const key = `${list} ${name}`;
    const before = contents.get(key);
    contents.set(key, before === undefined ? content : `${before} and ${content}`);
  }
  return contents;
}
