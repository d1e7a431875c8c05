import { diffArrays } from 'diff';
import type { Token } from './token.ts';

/** Above this many inserted and deleted tokens, two texts have little in common. */
const maxEditLength = 2_000;

/**
 * Finds the tokens that two texts have in common, in order. The result has for each of `tokens` the
 * index in `others`, or -1. Returns undefined if the texts differ too much.
 */
export function matchTokens(
  tokens: readonly Token[],
  others: readonly Token[],
): readonly number[] | undefined {
  const [keys, otherKeys] = [tokens.map(({ key }) => key), others.map(({ key }) => key)];
  if (!haveMuchInCommon(keys, otherKeys)) return undefined;
  const changes = diffArrays(otherKeys, keys, { maxEditLength });
  if (!changes) return undefined;
  const matches: number[] = [];
  let other = 0;
  for (const { added, removed, count } of changes) {
    for (let index = 0; index < count; index += 1) {
      if (!removed) matches.push(added ? -1 : other);
      if (!added) other += 1;
    }
  }
  return slideInsertions(tokens, matches);
}

/**
 * Whether two texts may have enough in common. This quick check ignores the order of the keys: to
 * find out with the order takes long if there is little in common.
 */
function haveMuchInCommon(keys: readonly string[], others: readonly string[]): boolean {
  const leastEditLength = keys.length + others.length - 2 * countCommon(keys, others);
  if (leastEditLength > maxEditLength) return false;
  if (leastEditLength <= maxEditLength / 2) return true;
  const [words, otherWords] = [keys.filter(isWord), others.filter(isWord)];
  return countCommon(words, otherWords) * 3 >= Math.min(words.length, otherWords.length);
}

/** Whether a key has letters or digits. All texts have most of the others in common. */
const isWord = (key: string): boolean => /\w/.test(key);

/** Counts the keys that two lists have in common, in any order. */
function countCommon(keys: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const key of keys) left.set(key, (left.get(key) ?? 0) + 1);
  let common = 0;
  for (const key of others) {
    const count = left.get(key) ?? 0;
    if (count === 0) continue;
    left.set(key, count - 1);
    common += 1;
  }
  return common;
}

/**
 * Moves each insertion to where it begins a line, if it means the same there. In `a(); b();`, the
 * insertion of `b();` could also be that of `(); b` behind `a`.
 */
function slideInsertions(tokens: readonly Token[], found: readonly number[]): readonly number[] {
  const matches = [...found];
  for (let from = 0; from < matches.length; from += 1) {
    if (matches[from] !== -1) continue;
    let to = from;
    while (matches[to] === -1) to += 1;
    const start = bestStart(tokens, matches, from, to);
    slide(matches, from, to, start);
    from = start + to - from;
  }
  return matches;
}

/** Returns the best of the starts that an insertion can have. */
function bestStart(
  tokens: readonly Token[],
  matches: readonly number[],
  from: number,
  to: number,
): number {
  const isSame = (a: number, b: number) => tokens[a]?.key === tokens[b]?.key;
  const isMatched = (at: number) => (matches[at] ?? -1) >= 0;
  let first = from;
  while (isMatched(first - 1) && isSame(first - 1, first - 1 + to - from)) first -= 1;
  let last = from;
  while (isMatched(last + to - from) && isSame(last, last + to - from)) last += 1;
  let best = from;
  for (let start = first; start <= last; start += 1)
    if (rateStart(tokens, start) > rateStart(tokens, best)) best = start;
  return best;
}

function rateStart(tokens: readonly Token[], at: number): number {
  const { gap = '' } = tokens[at] ?? {};
  if (gap.includes('\n')) return 1_000 - gap.length + gap.lastIndexOf('\n');
  return tokens[at - 1]?.key === ',' ? 1 : 0;
}

/** Moves the insertion `from`..`to` so that it begins at `start`. */
function slide(matches: number[], from: number, to: number, start: number): void {
  const length = to - from;
  for (let at = from; at < start; at += 1) {
    matches[at] = matches[at + length] ?? -1;
    matches[at + length] = -1;
  }
  for (let at = from - 1; at >= start; at -= 1) {
    matches[at + length] = matches[at] ?? -1;
    matches[at] = -1;
  }
}
