import { randomOf } from '../support/random.ts';

/**
 * What one lane of a row is to do; cases are numbered, and each follows from the seed and its
 * number alone.
 */
export type Share = {
  readonly seed: number;
  /** This lane takes every n-th case, beginning with its own number. */
  readonly lane: number;
  readonly lanes: number;
  /** When to stop, in ms since 1970; without it the row is done whole. */
  readonly until: number | undefined;
  /** The one case to do, to look at it again. */
  readonly only: number | undefined;
  readonly progress: (done: number) => void;
};

/** What came of it: `wrong` says of each case that was wrong how to make it again. */
export type Tally = {
  readonly count: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
};

export type Row = {
  readonly name: string;
  readonly about: string;
  readonly bar: string;
  /**
   * How much of a slice's time it gets, compared with the others. With 0, a slice has the row only
   * if it is named, and then for its whole time.
   */
  readonly weight: number;
  readonly run: (share: Share) => Promise<Tally>;
  /**
   * The figures of all lanes as a line, and what misses the bar, if something does; `isWhole` is
   * false for a slice, and `isHere` if this machine cannot run the row.
   */
  readonly judge: (
    tally: Tally,
    isWhole: boolean,
  ) => {
    readonly result: string;
    readonly missed: readonly string[];
    readonly isHere?: boolean;
  };
};

/** Counts what a row meets. */
export type Counter = {
  readonly add: (figure: string, by?: number) => void;
  readonly fail: (what: string) => void;
  readonly tally: (count: number) => Tally;
};

/** Begins to count. */
export function openCounter(): Counter {
  const figures = new Map<string, number>();
  const wrong: string[] = [];
  return {
    add: (figure, by = 1) => void figures.set(figure, (figures.get(figure) ?? 0) + by),
    fail: (what) => void wrong.push(what),
    tally: (count) => ({ count, figures: Object.fromEntries(figures), wrong }),
  };
}

/** Does a lane's cases one after the other until all or the time is done; how many it did. */
export async function eachCase(
  share: Share,
  total: number,
  work: (n: number) => Promise<void>,
): Promise<number> {
  if (share.only !== undefined) {
    const isOurs = share.only % share.lanes === share.lane;
    if (isOurs) await work(share.only);
    return Number(isOurs);
  }
  let done = 0;
  for (let n = share.lane; n < total; n += share.lanes) {
    if (share.until !== undefined && Date.now() >= share.until) break;
    await work(n);
    done += 1;
    share.progress(done);
  }
  return done;
}

/** A seed for one case of a row. */
export function seedOf({ seed }: Share, n: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(n + 1, 0x85ebca6b)) | 0;
}

/** A figure that nothing was counted for is 0. */
export function figure({ figures }: Tally, name: string): number {
  return figures[name] ?? 0;
}

/** The items in an order that follows from a seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const { below } = randomOf(seed);
  return items
    .map((item) => ({ item, at: below(2 ** 31) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
