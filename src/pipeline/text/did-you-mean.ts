import { distance } from 'fastest-levenshtein';

/** The known word that a mistyped one most likely meant, or `undefined` when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const begun = known.find((candidate) => lower.length > 2 && candidate.startsWith(lower));
  if (begun) return begun;
  const best = known
    .map((candidate) => ({ candidate, far: mistakes(lower, candidate) }))
    .toSorted((a, b) => a.far - b.far)[0];
  return best && best.far <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

/** Mistyped letters; two neighbours that changed places count as one. */
function mistakes(word: string, meant: string): number {
  const at = [...word].findIndex((letter, index) => letter !== meant[index]);
  const swapped =
    word.slice(0, Math.max(at, 0)) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
  return swapped === meant ? 1 : distance(word, meant);
}

/** Whether a letter is missing, one too many, or changed places: not merely another word that is like it. */
export function isSlip(word: string, meant: string): boolean {
  return (
    word !== meant &&
    mistakes(word, meant) === 1 &&
    (word.length !== meant.length || isSwapped(word, meant))
  );
}

const isSwapped = (word: string, meant: string): boolean =>
  [...word].toSorted().join('') === [...meant].toSorted().join('');

/** `Did you mean "x"?`, or the known words when none is close. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess ? `Did you mean "${guess}"?` : `There is: ${known.join(', ')}.`;
}
