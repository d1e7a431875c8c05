import { distance } from 'fastest-levenshtein';

/** Returns the known word that a mistyped one most likely means, or undefined if none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const completed = known.find((candidate) => typed.length > 2 && candidate.startsWith(typed));
  if (completed) return completed;
  const [best] = known
    .map((candidate) => ({ candidate, typos: countTypos(typed, candidate) }))
    .toSorted((a, b) => a.typos - b.typos);
  if (!best) return undefined;
  const allowed = Math.max(1, Math.floor(best.candidate.length / 3));
  return best.typos <= allowed ? best.candidate : undefined;
}

/** The edit distance of two words, where two swapped neighbours count as one typo. */
function countTypos(word: string, meant: string): number {
  const at = [...word].findIndex((letter, index) => letter !== meant[index]);
  if (at < 0) return distance(word, meant);
  const swapped = (word[at + 1] ?? '') + (word[at] ?? '');
  if (word.slice(0, at) + swapped + word.slice(at + 2) === meant) return 1;
  return distance(word, meant);
}

/**
 * Returns whether a word has one letter missing, one too many, or two swapped. A replaced letter
 * does not count: that is often another real word.
 */
export function isTypo(word: string, meant: string): boolean {
  if (word === meant || countTypos(word, meant) !== 1) return false;
  return word.length !== meant.length || hasSameLetters(word, meant);
}

function hasSameLetters(word: string, meant: string): boolean {
  return sortLetters(word) === sortLetters(meant);
}

function sortLetters(word: string): string {
  return [...word].toSorted().join('');
}

/** Returns `Did you mean "x"?`, or the list of known words if none is close. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess ? `Did you mean "${guess}"?` : `Available: ${known.join(', ')}.`;
}
