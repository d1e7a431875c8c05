import { countChangedLines } from '../text/line-endings.ts';

/** Has a base copy, as the registry has it or as the user's formatter writes it. */
type WithBase = { readonly base: string };

/**
 * Returns the pair whose base differs from `mine` in the fewest lines, the first on
 * a tie.
 * @throws RangeError if there are no pairs
 */
export function closestBase<P extends WithBase>(mine: string, pairs: readonly P[]): P {
  const [first, ...others] = pairs;
  if (!first) throw new RangeError('There is no pair to choose from.');
  let closest = { pair: first, distance: countDifferentLines(first.base, mine) };
  for (const pair of others) {
    const distance = countDifferentLines(pair.base, mine);
    if (distance < closest.distance) closest = { pair, distance };
  }
  return closest.pair;
}

function countDifferentLines(one: string, other: string): number {
  const { added, removed } = countChangedLines(one, other);
  return added + removed;
}
