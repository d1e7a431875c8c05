import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';
import { lineKey } from './units.ts';

/** One thing in the three texts of a merge, and in what came of it. */
type Compared<What> = {
  readonly base: What;
  readonly mine: What;
  readonly theirs: What;
  readonly result: What;
};

/** Whether a merge of wiring files has all that mine has, but for what upstream changed, and all that upstream put in. */
export function isCompleteMerge(texts: Compared<string>): boolean {
  return linesHold(each(texts, countLines)) && partsHold(texts);
}

/** A line that upstream took out is gone, one that it put in is there once more, and every other one stays. */
function linesHold(counts: Compared<ReadonlyMap<string, number>>): boolean {
  return keysOf(counts).every((line) => {
    const { base, mine, theirs, result } = each(counts, (lines) => lines.get(line) ?? 0);
    const alreadyDone = theirs > base ? mine >= theirs : theirs < base && mine <= theirs;
    return result === mine + theirs - base || (alreadyDone && result === mine);
  });
}

/** Every import, entry and case says what merging them by name comes to, and no name has lost its declaration. */
function partsHold(texts: Compared<string>): boolean {
  const { base, mine, theirs, result } = each(texts, partsOf);
  if (!base || !mine || !theirs || !result) return false;
  const contents = each({ base, mine, theirs, result }, ({ all }) =>
    contentsOf(alignLists(all, base.all)),
  );
  return (
    keysOf(contents).every((name) => isMerge(each(contents, (parts) => parts.get(name)))) &&
    [...result.unbound].every((name) => mine.unbound.has(name) || theirs.unbound.has(name))
  );
}

function isMerge({ base, mine, theirs, result }: Compared<string | undefined>): boolean {
  if (base === theirs) return result === mine;
  return result === theirs && (mine === base || mine === theirs);
}

function each<A, B>({ base, mine, theirs, result }: Compared<A>, make: (one: A) => B): Compared<B> {
  return { base: make(base), mine: make(mine), theirs: make(theirs), result: make(result) };
}

function keysOf({
  base,
  mine,
  theirs,
  result,
}: Compared<ReadonlyMap<string, unknown>>): readonly string[] {
  return [...new Set([base, mine, theirs, result].flatMap((side) => [...side.keys()]))];
}

function countLines(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n').map(lineKey).filter(Boolean))
    counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** By list and name; parts that share both count as one. */
function contentsOf(parts: readonly Part[]): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (const { list, name, content } of parts) {
    const key = `${list} ${name}`;
    const before = contents.get(key);
    contents.set(key, before === undefined ? content : `${before} and ${content}`);
  }
  return contents;
}
