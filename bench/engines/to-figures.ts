import { atMost, type Figure, type Judged, median } from '../figures.ts';
import type { Cell } from './measure.ts';

/** The same threads by another framework, in one process. */
export type Peer = {
  readonly perSecond: readonly number[];
  readonly statements: number;
  readonly databaseCpuMs: number;
};
export type Peers = Readonly<Record<string, Peer>>;

/** The figures of one runner with so many workers. */
export function toFigures(cell: Cell, threads: number, peers: Peers): readonly Figure[] {
  const { runner, workers, alone, inBurst, idle } = cell;
  const name = `${runner.name}, ${workers} worker${workers === 1 ? '' : 's'}`;
  const theirs = (pick: (peer: Peer) => number) => ({
    peers: Object.fromEntries(Object.entries(peers).map(([peer, told]) => [peer, pick(told)])),
  });
  const engine = (count: number | undefined): readonly Judged[] =>
    count === undefined ? [] : [{ value: count, of: runner.counted ?? '' }];
  return [
    {
      what: `${name}: ${threads.toLocaleString('en')} threads`,
      unit: 'threads/s',
      ours: median(cell.burst),
      ...theirs(({ perSecond }) => median(perSecond)),
      judged: [
        { value: cell.modelCallsPerStep, of: 'model calls a step', bar: atMost(1.01) },
        { value: inBurst.p50, of: 'ms p50 to the first call' },
        { value: inBurst.p99, of: 'ms p99' },
      ],
    },
    {
      what: `${name}: a thread`,
      unit: 'statements',
      ours: cell.statements,
      ...theirs(({ statements }) => statements),
      judged: [
        ...engine(cell.engineCount),
        { value: cell.databaseCpuMs, of: 'ms of CPU of PostgreSQL' },
      ],
    },
    {
      what: `${name}: first call, one thread at a time`,
      unit: 'ms p50',
      ours: alone.p50,
      judged: [{ value: alone.p99, of: 'ms p99' }],
    },
    {
      what: `${name}: idle`,
      unit: 'statements/min',
      ours: idle.statements,
      judged: [
        ...engine(idle.engineCount),
        { value: idle.databaseCpuMs, of: 'ms of CPU of PostgreSQL' },
        { value: idle.cpuMs / 600, of: '% of a core for a worker' },
        { value: idle.rssMb, of: 'MB resident' },
        { value: idle.connections, of: 'connections to PostgreSQL' },
      ],
    },
  ];
}
