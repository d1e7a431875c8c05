import { atLeast, type Figure, type Judged, median, ratio } from '../figures.ts';
import type { Sizes } from './bench-store.ts';
import { appends, steps, waiting } from './job.ts';
import type { Measured } from './ours.ts';
import type { Place, What } from './places.ts';
import type { Speed } from './play.ts';

/** The measurements, one value per round. */
export type Results = {
  readonly ours: readonly Measured[];
  readonly sizes: Sizes;
  readonly peer?: {
    readonly speeds: readonly Speed[];
    readonly durable: readonly Speed[];
    readonly sizes: Sizes;
  };
};
type Bars = Place['bars'];

/** The figures of the store alone, then of threads that the loop runs. */
export function toFigures({ bars }: Place, results: Results): readonly Figure[] {
  return [...ofStore(bars, results), ...ofThreads(bars, results)];
}

function ofStore(bars: Bars, { ours }: Results): readonly Figure[] {
  const at = (pick: (one: Measured) => number) => median(ours.map(pick));
  const timesFloor = (
    pick: (one: Measured) => number,
    bare: (one: Measured) => number,
  ): Judged => ({
    value: ratio(ours.map(pick), ours.map(bare)),
    of: 'x floor',
  });
  const [append, bareAppend] = [(one: Measured) => one.append, (one: Measured) => one.bareAppend];
  const [sixty, bareSixty] = [(one: Measured) => one.sixty, (one: Measured) => one.bareSixty];
  const line = (what: string, ours: number, judged: readonly Judged[]) => ({
    what,
    unit: 'ms',
    ours,
    judged,
  });
  return [
    { ...line('one append', at(append), [timesFloor(append, bareAppend)]), floor: at(bareAppend) },
    {
      ...line(`${appends} appends`, at(sixty), [
        ...judge(bars, 'sixty', at(sixty)),
        timesFloor(sixty, bareSixty),
      ]),
      floor: at(bareSixty),
    },
    line(
      `load of ${appends} events`,
      at(({ load }) => load),
      judge(
        bars,
        'load',
        at(({ load }) => load),
      ),
    ),
    line(
      `list of ${waiting} by status`,
      at(({ list }) => list),
      judge(
        bars,
        'list',
        at(({ list }) => list),
      ),
    ),
  ];
}

function ofThreads(bars: Bars, { ours, sizes, peer }: Results): readonly Figure[] {
  const at = (pick: (speed: Speed) => number, length: 'long' | 'short' = 'long') =>
    median(ours.map((one) => pick(one[length])));
  const theirs = (pick: (speed: Speed) => number) =>
    peer && {
      peers: {
        LangGraph: median(peer.speeds.map(pick)),
        'LangGraph, durable': median(peer.durable.map(pick)),
      },
    };
  const [ms, one, sixteen] = [
    (of: Speed) => of.ms,
    (of: Speed) => of.one,
    (of: Speed) => of.sixteen,
  ];
  const line = (what: string, ours: number, judged: readonly Judged[] = []) => ({
    what,
    unit: 'threads/s',
    ours,
    judged,
  });
  return [
    {
      ...line(`a thread of ${steps} steps`, at(ms), peer && lessThan(peer, ours)),
      unit: 'ms',
      ...theirs(ms),
    },
    ...(sizes.bytes > 0 ? [ofBytes(bars, sizes, peer?.sizes)] : []),
    { ...line('one at once', at(one)), ...theirs(one) },
    {
      ...line('sixteen at once', at(sixteen), judge(bars, 'sixteen', at(sixteen))),
      ...theirs(sixteen),
    },
    line('of one step: one at once', at(one, 'short')),
    line('of one step: sixteen at once', at(sixteen, 'short')),
  ];
}

function lessThan(
  peer: NonNullable<Results['peer']>,
  ours: readonly Measured[],
): readonly Judged[] {
  const times = (others: readonly Speed[]) =>
    ratio(
      others.map(({ ms }) => ms),
      ours.map(({ long }) => long.ms),
    );
  return [
    { value: times(peer.speeds), of: 'x less than LangGraph', bar: atLeast(1) },
    { value: times(peer.durable), of: 'x less than LangGraph, durable' },
  ];
}

/** Judges the bytes as written. The size after a rewrite has no limit. */
function ofBytes(bars: Bars, { bytes, tidied }: Sizes, theirs: Sizes | undefined): Figure {
  const kb = (size: number) => size / 1000;
  return {
    what: 'disk for that thread',
    unit: 'KB',
    ours: kb(bytes),
    ...(theirs && { peers: { LangGraph: kb(theirs.bytes) } }),
    judged: [
      ...judge(bars, 'bytes', kb(bytes), 'KB'),
      ...(tidied === undefined ? [] : [{ value: kb(tidied), of: 'KB once rewritten' }]),
    ],
  };
}

/** Judges a value that has a limit. */
function judge(
  bars: Bars,
  what: What,
  value: number,
  of = what === 'sixteen' ? 'threads/s' : 'ms',
): readonly Judged[] {
  const bar = bars[what];
  return bar === undefined ? [] : [{ value, of, bar }];
}
