/** Returns a number with its noun in the right form: `1 file`, `3 files`. */
export function formatCount(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
