import type { Merge, Merged } from '../../../src/pipeline/text/merge.ts';
import type { Case } from './wiring-corpus.ts';
import { compile, factsOf } from './wiring-oracle.ts';

/**
 * How one merge went. `clash` is a conflict, and rightly: both sides changed one and the same part.
 */
export type Judged = Case & {
  readonly verdict: 'right' | 'conflict' | 'clash' | 'wrong';
  readonly merged: Merged;
  /** What is wrong with it. */
  readonly faults: readonly string[];
};

/**
 * Merges some cases and judges each; leaves out those of which mine does not compile to begin with.
 */
export async function judge(merge: Merge, cases: readonly Case[]): Promise<readonly Judged[]> {
  const merged = await mergeAll(merge, cases);
  const texts = merged.map((one) => (one.kind === 'merged' ? one.text : ''));
  const complaints = compile([...cases.map(({ mine }) => mine), ...texts]);
  return cases.flatMap((one, index) => {
    const [before = [], after = []] = [complaints[index], complaints[cases.length + index]];
    return before.length > 0
      ? []
      : [judgeOne(one, merged[index] ?? { kind: 'conflict', why: '' }, after)];
  });
}

function judgeOne(one: Case, merged: Merged, complaints: readonly string[]): Judged {
  const wanted = wantedOf(one);
  if (merged.kind === 'conflict')
    return { ...one, merged, faults: [], verdict: wanted ? 'conflict' : 'clash' };
  const faults = [
    ...(hasOneStep(wanted) ? [] : complaints),
    ...factFaults(wanted, merged.text),
    ...lost(one, merged.text),
  ];
  return { ...one, merged, faults, verdict: faults.length > 0 ? 'wrong' : 'right' };
}

/** A few at a time: each starts a git of its own. */
async function mergeAll(merge: Merge, cases: readonly Case[]): Promise<readonly Merged[]> {
  const merged: Merged[] = [];
  const waiting = [...cases.entries()];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [index, { base, mine, theirs }] = next;
      merged[index] = await merge(base, mine, theirs);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return merged;
}

type Facts = ReadonlyMap<string, string>;

/**
 * Where one next step is left, its type is no union, and `never` is not reached: as rendered it
 * does not compile either.
 */
function hasOneStep(wanted: Facts | undefined): boolean {
  return [...(wanted?.keys() ?? [])].filter((key) => key.startsWith('entry ')).length === 1;
}

/** Mine with what upstream changed; `undefined` where both changed the same. */
function wantedOf({ base, mine, theirs }: Case): Facts | undefined {
  const [was, own, upstream] = [factsOf(base), factsOf(mine), factsOf(theirs)];
  const wanted = new Map(own);
  for (const key of new Set([...was.keys(), ...upstream.keys()])) {
    const [before, after, kept] = [was.get(key), upstream.get(key), own.get(key)];
    if (before === after || kept === after) continue;
    if (kept !== before) return undefined;
    if (after === undefined) wanted.delete(key);
    else wanted.set(key, after);
  }
  return wanted;
}

function factFaults(wanted: Facts | undefined, text: string): readonly string[] {
  const found = factsOf(text);
  if (!wanted) return ['merged, though both sides changed the same'];
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (key) => wanted.get(key) !== found.get(key),
  );
  return keys.map((key) => `${key}: ${found.get(key)} instead of ${wanted.get(key)}`);
}

/** The user's own lines that a merge has fewer of. */
function lost({ base, mine }: Case, text: string): readonly string[] {
  const [before, own, found] = [count(base), count(mine), count(text)];
  const fewer = ([line, times]: readonly [string, number]) =>
    (found.get(line) ?? 0) < times - (before.get(line) ?? 0);
  return [...own].filter(fewer).map(([line]) => `lost: ${line}`);
}

function count(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const key = line.trim().replace(/[,;]$/, '');
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
