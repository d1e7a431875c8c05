import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initial, reduce } from '../../../registry/agent/core/thread.ts';
import { engines } from '../../support/generated/engines.ts';
import { bundle } from '../agent/bundle.ts';
import { openCounter } from '../row.ts';
import { judge, type Fault } from './judge.ts';
import { fast, planStorm, sizeFor, type StormPlan } from './plan.ts';
import type { Death } from './points.ts';
import { engineRows } from './rows.ts';
import { playStorm, type Played } from './storm.ts';

let [root, good, bad]: string[] = [];
let whole: Played;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'storms-'));
  const mains = ['worker-main', 'bad-main'].map((name) => bundle(at(), name, import.meta.url));
  [good, bad] = await Promise.all(mains);
  whole = await play([], { workers: 4 });
});
afterAll(() => rm(at(), { recursive: true, force: true }));

const at = (): string => root ?? '';

type Play = {
  readonly workers?: number;
  readonly settleMs?: number;
  readonly command?: readonly string[];
};

/** Plays a few threads in a file, by processes without an engine. */
async function play(
  deaths: readonly Death[],
  { workers = 0, settleMs = 60_000, command = [good ?? ''] }: Play,
): Promise<Played> {
  const folder = await mkdtemp(join(at(), 'storm-'));
  const servers = {
    engine: undefined,
    store: { name: 'file', where: folder, space: 'threads' },
    killEngine: async () => {},
    stop: async () => {},
  } as const;
  const size = { processes: 3, threads: 6, workers, engines: 1 };
  const plan: StormPlan = { ...planStorm(1, size, fast), deaths, settleMs };
  return await playStorm({ command, folder, servers, progress: () => {} }, plan);
}

const kindsOf = (faults: readonly Fault[]) => [...new Set(faults.map(({ kind }) => kind))].sort();

test('threads of which processes are killed come to their ends', () => {
  expect(judge(whole)).toEqual([]);
  expect(whole.threads).toHaveLength(6);
  expect(whole.done['kill a worker']).toBe(4);
});

test('a process dies at its point, and its thread comes to its end', async () => {
  const played = await play([{ point: 'after the effect', nth: 3 }], {});
  expect(played.passed).toEqual(['after the effect']);
  expect(judge(played)).toEqual([]);
});

const acknowledged = { point: 'a message is acknowledged', nth: 1 } as const;
const effects = [3, 4, 3, 4].map((nth) => ({ point: 'after the effect', nth }) as const);

test.each<[string, string, Fault['kind'], readonly Death[], number]>([
  ['a store says that it has saved', 'hasty', 'lost', [acknowledged, acknowledged], 5_000],
  ['a tool says that it may run twice', 'careless', 'twice', effects, 30_000],
  ['a runner forgets the threads', 'deaf', 'stuck', [], 2_000],
  ['processes crash', 'crashing', 'other', [], 2_000],
  ['nobody awaits a promise', 'stray', 'other', [], 1_000],
])('a storm in which %s is found to be wrong', async (_, kind, found, deaths, settleMs) => {
  const played = await play(deaths, { command: [bad ?? '', kind], settleMs });
  expect(kindsOf(judge(played))).toContain(found);
});

type Change = (played: Played) => Partial<Played>;
const began = { phase: 'began', attempt: 1, what: 'staging' } as const;

test.each<[string, Fault['kind'], Change]>([
  ['a thread is gone', 'lost', ({ threads }) => ({ threads: threads.slice(1) })],
  [
    'an answer is gone',
    'lost',
    ({ threads }) => ({
      threads: threads.map((one) => ({
        ...one,
        events: one.events.filter(({ type }) => type !== 'human_response'),
      })),
    }),
  ],
  [
    'a tool takes effect twice',
    'twice',
    ({ effects: all, threads: [first] }) => ({
      effects: [...all, { ...began, phase: 'took', key: `${first?.id}:99` }],
    }),
  ],
  [
    'a careful tool runs again',
    'twice',
    ({ effects: all }) => ({
      effects: all.flatMap((one) => [one, { ...one, attempt: one.attempt + 1 }]),
    }),
  ],
  ['a thread was not started', 'stuck', () => ({ notBegun: 1 })],
  [
    'a thread waits',
    'stuck',
    ({ threads }) => ({
      threads: threads.map(({ id, events: [first] }) => {
        const events = first ? [first] : [];
        return { id, events, state: events.reduce(reduce, initial) };
      }),
    }),
  ],
  ['a tool takes no effect', 'other', () => ({ effects: [] })],
  ['a process ended', 'other', () => ({ complaints: ['a process ended with 1'] })],
])('a record in which %s has a fault: %s', (_, kind, change) => {
  expect(kindsOf(judge({ ...whole, ...change(whole) }))).toContain(kind);
});

test('a slice of two minutes has the kills that it needs, and the same ones each time', () => {
  const size = sizeFor(112_000);
  expect(size).toMatchObject({ workers: 27, engines: 3, threads: 100 });
  expect(planStorm(5, size, fast)).toEqual(planStorm(5, sizeFor(119_000), fast));
  expect(planStorm(5, size, fast)).not.toEqual(planStorm(6, size, fast));
});

test.each(engines)('the row of $name says whether its engine is here', ({ name, missing }) => {
  const row = engineRows.find((one) => one.name === `engine ${name}`);
  const verdict = row?.judge(openCounter().tally(0), false);
  expect(verdict?.isHere).toBe(missing === undefined);
  if (missing !== undefined) expect(verdict?.result).toBe(`not here: ${missing}`);
});
