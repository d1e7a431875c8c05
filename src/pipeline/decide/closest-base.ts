/** A base copy, as the registry has it or as the user's formatter writes it. */
export type Pair = { readonly base: string };

/**
 * Returns the pair whose base differs from `mine` in the fewest lines, the first on
 * a tie.
 * @throws RangeError if there are no pairs
 */
export function closestBase<P extends Pair>(mine: string, pairs: readonly P[]): P {
  const [first, ...others] = pairs;
  if (!first) throw new RangeError('There is no pair to choose from.');
  let closest = { pair: first, distance: countDifferentLines(first.base, mine) };
  for (const pair of others) {
    const distance = countDifferentLines(pair.base, mine);
    if (distance < closest.distance) closest = { pair, distance };
  }
  return closest.pair;
}

/**
 * Counts the lines that only one of the texts has. Repeated lines count, their
 * order does not.
 */
function countDifferentLines(one: string, other: string): number {
  const counts = new Map<string, number>();
  for (const line of linesOf(one)) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of linesOf(other)) counts.set(line, (counts.get(line) ?? 0) - 1);
  let sum = 0;
  for (const count of counts.values()) sum += Math.abs(count);
  return sum;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/);
