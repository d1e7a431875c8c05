/** One thing that was measured, in one run: ours, the floor and the peers, in `unit`. */
export type Figure = {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly floor?: number;
  readonly peers?: Readonly<Record<string, number>>;
  readonly judged: readonly Judged[];
};

/** A value beside its bar; without a bar it is only told. */
export type Judged = { readonly value: number; readonly of: string; readonly bar?: Bar };
export type Bar = { readonly at: 'most' | 'least'; readonly limit: number };

export const atMost = (limit: number): Bar => ({ at: 'most', limit });
export const atLeast = (limit: number): Bar => ({ at: 'least', limit });

/** The middle value, or the mean of the two in the middle. @throws RangeError if there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  if (low === undefined || high === undefined)
    throw new RangeError('There is no median of nothing.');
  return (low + high) / 2;
}

/** The value below which a share of all values is, such as 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

/** The median of what each round gave, so that a slow minute of the machine weighs on both sides. */
export function ratio(ours: readonly number[], others: readonly number[]): number {
  return median(pairs(ours, others).map(([one, other]) => one / other));
}

/** The median of how much more the first took in each round. */
export function excess(ours: readonly number[], others: readonly number[]): number {
  return median(pairs(ours, others).map(([one, other]) => one - other));
}

function pairs(
  ours: readonly number[],
  others: readonly number[],
): readonly (readonly [number, number])[] {
  if (ours.length !== others.length) throw new RangeError('Both need the same number of rounds.');
  return ours.map((value, round) => [value, others[round] ?? Number.NaN]);
}

/** Whether a value is as its bar wants it; what could not be counted is not. */
export function passes({ value, bar }: Judged): boolean {
  if (bar === undefined) return true;
  return bar.at === 'most' ? value <= bar.limit : value >= bar.limit;
}
