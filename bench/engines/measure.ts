import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../figures.ts';
import type { CountedPostgres } from '../stores/counted-postgres.ts';
import { type StartedPart, startPart } from './part.ts';
import type { Count, Times } from './process.ts';
import type { BenchRunner, EngineServer, Threads } from './runners.ts';

export type Waits = { readonly p50: number; readonly p99: number };
/** The results of a runner with so many worker processes. */
export type Cell = {
  readonly runner: BenchRunner;
  readonly workers: number;
  /** Threads a second, of each burst. */
  readonly burst: readonly number[];
  /** ms from the saved message to the saved first call: in bursts, and one thread at a time. */
  readonly inBurst: Waits;
  readonly alone: Waits;
  /** Of a thread in a burst. */
  readonly statements: number;
  readonly engineCount: number | undefined;
  readonly databaseCpuMs: number;
  readonly modelCallsPerStep: number;
  readonly idle: Idle;
};
/** While no thread moves: a minute of all processes, and of one that works. */
export type Idle = {
  readonly statements: number;
  readonly engineCount: number | undefined;
  readonly databaseCpuMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly connections: number;
};
export type Sizes = {
  readonly bursts: number;
  readonly threads: number;
  readonly alone: number;
  readonly idleMs: number;
};
export type Place = {
  readonly program: string;
  readonly threads: Threads;
  readonly database: CountedPostgres;
  readonly sizes: Sizes;
};

const atOnce = 64;
/** A process that polls does so at least as often: a thread meets it at any point of its wait. */
const GAP_MS = 500;
/** ms in which connections and searches of the start come to rest. */
const SETTLE_MS = 15_000;
const LIMIT_MS = 180_000;

/** Starts the processes, and plays bursts, single threads, and a time without any. */
export async function measureCell(
  runner: BenchRunner,
  workers: number,
  engine: EngineServer,
  place: Place,
): Promise<Cell> {
  const parts = await startParts(runner, workers, engine, place);
  try {
    await parts.play(place.sizes.threads / 10);
    await parts.collect();
    const bursts = await playBursts(parts, engine, place);
    const alone = await playAlone(parts, place.sizes.alone);
    const idle = await watchIdle(parts, engine, place);
    return { runner, workers, ...bursts, alone, idle };
  } finally {
    await parts.stop();
  }
}

type Parts = Awaited<ReturnType<typeof startParts>>;

/** One process that launches, and others. The own worker also works in the one that launches. */
async function startParts(
  { name }: BenchRunner,
  workers: number,
  { url }: EngineServer,
  { program, threads }: Place,
) {
  const [schema, space] = [`${name}_${workers}`, `bench_${workers}`];
  const own = { url: threads.url, schema };
  const part = name === 'own' ? own : { ...own, engine: { name, url, space } };
  let [ended, wanted] = [0, 0];
  let reached = () => {};
  const onEnded = () => {
    if (++ended === wanted) reached();
  };
  const begin = (atOnce: number) => startPart(program, { ...part, atOnce }, onEnded);
  const launcher = await begin(name === 'own' ? atOnce : 0);
  const others: StartedPart[] = [];
  for (let each = 0; each < workers; each++) others.push(await begin(atOnce));
  const all = [launcher, ...others];
  return {
    /** Launches threads, and resolves once they have ended. */
    async play(count: number): Promise<Times> {
      const end = new Promise<void>((resolve) => (reached = resolve));
      [ended, wanted] = [0, count];
      const saved = await launcher.launch(count);
      if (ended < wanted) await Promise.race([end, tooLong(() => ended, all)]);
      return saved;
    },
    collect: () => Promise.all(all.map((one) => one.count())),
    async stop() {
      const stopped = Promise.all(all.map((one) => one.stop()));
      await Promise.race([stopped, sleep(10_000, undefined, { ref: false })]);
      for (const one of all) one.kill();
    },
  };
}

/** @throws after a time in which all threads should have ended */
async function tooLong(ended: () => number, parts: readonly StartedPart[]): Promise<never> {
  await sleep(LIMIT_MS, undefined, { ref: false });
  const said = parts.map((part) => part.said()).join('');
  throw new Error(`Only ${ended()} threads have ended in ${LIMIT_MS / 1_000} s.\n${said}`);
}

async function playBursts(parts: Parts, engine: EngineServer, place: Place) {
  const { threads, database, sizes } = place;
  const [perSecond, saved]: [number[], (readonly [string, number])[]] = [[], []];
  const before = await snapshot(engine, threads);
  const cpuMs = database.cpuMs();
  const counted = await parts.collect();
  for (let burst = 0; burst < sizes.bursts; burst++) {
    const began = performance.now();
    saved.push(...(await parts.play(sizes.threads)));
    perSecond.push((sizes.threads * 1_000) / (performance.now() - began));
  }
  const counts = await parts.collect();
  const cpu = database.cpuMs() - cpuMs;
  const after = await snapshot(engine, threads);
  const grown = (key: 'modelCalls' | 'steps') => sum(counts, key) - sum(counted, key);
  const played = saved.length;
  if (grown('steps') !== 2 * played)
    throw new Error(`${played} threads have ${grown('steps')} steps, not two each.`);
  return {
    burst: perSecond,
    inBurst: waits(saved, counts),
    statements: (after.statements - before.statements) / played,
    engineCount: perThread(after.engine, before.engine, played),
    databaseCpuMs: cpu / played,
    modelCallsPerStep: grown('modelCalls') / grown('steps'),
  };
}

async function playAlone(parts: Parts, count: number): Promise<Waits> {
  const saved: (readonly [string, number])[] = [];
  for (let thread = 0; thread < count; thread++) {
    await sleep(Math.random() * GAP_MS);
    saved.push(...(await parts.play(1)));
  }
  return waits(saved, await parts.collect());
}

async function watchIdle(parts: Parts, engine: EngineServer, place: Place): Promise<Idle> {
  const { threads, database, sizes } = place;
  await sleep(SETTLE_MS);
  const [before, then] = [await snapshot(engine, threads), await parts.collect()];
  const databaseMs = database.cpuMs();
  await sleep(sizes.idleMs);
  const databaseCpuMs = (database.cpuMs() - databaseMs) / minutesOf(sizes);
  const [after, now] = [await snapshot(engine, threads), await parts.collect()];
  const minutes = minutesOf(sizes);
  const [, ...workers] = now;
  const cpu = workers.map(({ cpuMs }, at) => cpuMs - (then[at + 1]?.cpuMs ?? Number.NaN));
  return {
    statements: (after.statements - before.statements) / minutes,
    engineCount: perThread(after.engine, before.engine, minutes),
    databaseCpuMs,
    cpuMs: mean(cpu) / minutes,
    rssMb: mean(workers.map(({ rssMb }) => rssMb)),
    connections: await threads.counter.connections(),
  };
}

const minutesOf = ({ idleMs }: Sizes): number => idleMs / 60_000;

async function snapshot(engine: EngineServer, { counter }: Threads) {
  return { statements: await counter.statements(), engine: await engine.count?.() };
}

const perThread = (after: number | undefined, before: number | undefined, threads: number) =>
  after === undefined || before === undefined ? undefined : (after - before) / threads;

function waits(saved: Times, counts: readonly Count[]): Waits {
  const calls = new Map(counts.flatMap(({ firstCalls }) => firstCalls));
  const all = saved.map(([id, ms]) => (calls.get(id) ?? Number.NaN) - ms);
  return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
}

const sum = (counts: readonly Count[], key: 'modelCalls' | 'steps'): number =>
  counts.reduce((all, count) => all + count[key], 0);

const mean = (values: readonly number[]): number =>
  values.reduce((all, value) => all + value, 0) / values.length;
