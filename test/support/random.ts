/** Chooses as a seed says: the same seed, the same choices (mulberry32). */
export type Random = {
  /** A whole number from 0 to below `end`. */
  readonly below: (end: number) => number;
  readonly one: <Item>(items: readonly [Item, ...Item[]]) => Item;
  /** Some of the items, in their order. */
  readonly some: <Item>(items: readonly Item[]) => readonly Item[];
};

/** Random choices from a seed. */
export function randomOf(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    below,
    one: (items) => items[below(items.length)] ?? items[0],
    some: (items) => items.filter(() => next() < 0.5),
  };
}
