/** One upstream change, as it came or as the user's formatter writes it. */
export type Pair = { readonly base: string };

/** Of the pairs the one whose base differs from mine in fewer lines, the first on a tie. @throws RangeError without pairs */
export function closestBase<One extends Pair>(mine: string, pairs: readonly One[]): One {
  const [first, ...others] = pairs;
  if (!first) throw new RangeError('There is no pair to choose from.');
  let best = { pair: first, far: difference(first.base, mine) };
  for (const pair of others) {
    const far = difference(pair.base, mine);
    if (far < best.far) best = { pair, far };
  }
  return best.pair;
}

/** Lines that one text has and the other has not, counted as often as they occur; their order does not matter. */
function difference(one: string, other: string): number {
  const counts = new Map<string, number>();
  for (const line of linesOf(one)) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of linesOf(other)) counts.set(line, (counts.get(line) ?? 0) - 1);
  let sum = 0;
  for (const count of counts.values()) sum += Math.abs(count);
  return sum;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/);
