import { sqlOf } from '../../test/support/docs/sql-of.ts';
import { bundleWithDrivers } from '../agents/build.ts';
import { atMost, type Figure, type Judged, median } from '../figures.ts';
import { type Ground, runProcess } from '../measure.ts';
import { due } from '../million/fill.ts';
import type { Filled, Launched } from '../million/process.ts';
import type { Measured, Queried } from '../million/queries.ts';
import type { Worked } from '../million/work.ts';
import type { Row } from '../row.ts';
import { newCountedPostgres, runStatement } from '../stores/counted-postgres.ts';
import { time } from '../stores/play.ts';

const schema = 'million';
const threads = { all: 1_000_000, quick: 20_000 };
const idleMs = { all: 60_000, quick: 10_000 };
const launched = { all: [10_000, 100_000], quick: [1_000, 5_000] };

/** What a database with very many threads costs: those that wait should cost nothing but disk. */
export const million: Row = {
  name: 'million',
  about:
    'PostgreSQL as it ships, with 1,000,000 threads of four events that wait for an approval (with --quick 20,000); ' +
    'of them 1,000 are due; its client is a process on the same machine',
  peers: [],
  isLong: true,
  async measure(ground) {
    const server = await newCountedPostgres(ground.folder);
    const size = ground.isQuick ? 'quick' : 'all';
    try {
      const run = await runner(server.url, ground);
      const filled = run<Filled>('fill', schema, threads[size]);
      const measured = run<Measured>('measure', schema);
      const worked = run<Worked>('work', schema, idleMs[size]);
      const [, prune = ''] = sqlOf('how-far-it-goes.md', schema);
      const pruneMs = await time(() =>
        runStatement(server.url, prune.replace(/'\d{4}-/, "'9999-")),
      );
      const { perSecond } = run<Launched>('launch', schema, 1_000);
      return [
        ofDisk(filled, threads[size]),
        ...ofQueries(measured),
        ...ofWork(worked, idleMs[size]),
        line('1,100 that have ended are deleted', 's', pruneMs / 1_000),
        line('1,000 more are launched', 'threads/s', perSecond),
      ];
    } finally {
      await server.stop();
    }
  },
};

/** What it costs to start threads, without anybody to advance them. */
export const launch: Row = {
  name: 'launch',
  about:
    'threads/s that `start()` saves in an empty PostgreSQL as it ships, 32 at once, by one process',
  peers: [],
  isLong: true,
  async measure(ground) {
    const server = await newCountedPostgres(ground.folder);
    try {
      const run = await runner(server.url, ground);
      return launched[ground.isQuick ? 'quick' : 'all'].map((count) => {
        const cpu = server.cpuMs();
        const { perSecond, bytes } = run<Launched>('launch', `launch_${count}`, count);
        const cpuMs = (server.cpuMs() - cpu) / count;
        return line(`${count.toLocaleString('en')} threads`, 'threads/s', perSecond, [
          { value: bytes / count / 1_000, of: 'KB of disk a thread' },
          { value: cpuMs, of: 'ms of CPU of the database a thread' },
        ]);
      });
    } finally {
      await server.stop();
    }
  },
};

/** Each job is a process of its own. */
async function runner(url: string, ground: Ground) {
  const program = await bundleWithDrivers('million/process');
  return <Told>(job: string, schema: string, count = 0): Told => {
    const args = [program, job, url, schema, String(count)];
    return JSON.parse(runProcess({ args, cwd: ground.folder }, ground).stdout);
  };
}

function ofDisk({ ms, bytes }: Filled, threads: number): Figure {
  return line('disk', 'GB', bytes / 1e9, [
    { value: bytes / threads / 1_000, of: 'KB a thread' },
    { value: ms / 1_000, of: 's to insert and analyze all' },
  ]);
}

function ofQueries({ queries, search, advance }: Measured): readonly Figure[] {
  return [
    ...Object.entries(queries).map(([name, { ms, plan }]) => ofTimes(name, ms, judgePlan(plan))),
    ofTimes(`due: all ${due.toLocaleString('en')}, by pages`, search),
    ofTimes('approve, run, save to the end', advance),
  ];
}

function judgePlan({ others, inVain }: Queried['plan']): readonly Judged[] {
  return [
    { value: others, of: 'steps besides an index scan', bar: atMost(0) },
    { value: inVain, of: 'rows read in vain', bar: atMost(0) },
  ];
}

function ofTimes(what: string, ms: readonly number[], judged: readonly Judged[] = []): Figure {
  return line(what, 'ms', median(ms), [{ value: Math.max(...ms), of: 'ms at most' }, ...judged]);
}

function ofWork(
  { dueMs, statements, cpuMs, connections, rssMb }: Worked,
  idleMs: number,
): readonly Figure[] {
  const minute = 60_000 / idleMs;
  return [
    line('a worker ends what is due', 'threads/s', (due * 1_000) / dueMs),
    line('the worker, with nothing due', 'statements/min', statements * minute, [
      { value: (100 * cpuMs) / idleMs, of: '% of a core' },
      { value: rssMb, of: 'MB resident' },
      { value: connections, of: 'connections' },
    ]),
  ];
}

const line = (what: string, unit: string, ours: number, judged: readonly Judged[] = []) => ({
  what,
  unit,
  ours,
  judged,
});
