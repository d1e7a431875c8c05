import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, listAll, type Store, type Thread } from '../../../registry/agent/core/store.ts';
import { hasEnded } from '../../../registry/agent/core/thread.ts';
import { openStore } from '../../support/generated/open-store.ts';
import { wholeLines } from '../../support/generated/whole-lines.ts';
import { randomOf } from '../../support/random.ts';
import type { Effect } from '../agent/script.ts';
import type { Play } from '../agent/victim.ts';
import { openCrew, type Crew } from './crew.ts';
import { openPeople, type Acknowledged, type People } from './people.ts';
import type { Deed, StormPlan } from './plan.ts';
import type { Point } from './points.ts';
import type { Servers } from './servers.ts';

/** Everything that was seen of a storm, from outside. */
export type Played = {
  readonly acknowledged: readonly Acknowledged[];
  /** Threads that no process has said to have started. */
  readonly notBegun: number;
  readonly threads: readonly Thread[];
  readonly effects: readonly Effect[];
  readonly complaints: readonly string[];
  readonly done: Readonly<Record<Deed['do'], number>>;
  readonly passed: readonly Point[];
  /** ms after the last kill. */
  readonly settledAfterMs: number;
};

const gate = 'run' as const;
const ends = 'well' as const;

/** What each thread does: tools of both kinds, a question, and a call that a person approves. */
export const script: readonly Play[] = [
  { intent: 'repeatable', what: 'notes', ends, gate },
  { intent: 'careful', what: 'staging', ends, gate },
  { intent: 'ask', question: 'Which one?' },
  { intent: 'careful', what: 'payment', ends, gate },
  { intent: 'careful', what: 'production', ends, gate: 'ask' },
  { intent: 'repeatable', what: 'export', ends, gate },
  { intent: 'done' },
];

export type Stage = {
  readonly command: readonly string[];
  readonly folder: string;
  readonly servers: Servers;
  readonly progress: (kills: number) => void;
};

const LOOK_MS = 500;
/** ms for the processes to start. */
const START_MS = 30_000;

/** Plays threads to their ends by processes that are killed as planned. */
export async function playStorm(stage: Stage, plan: StormPlan): Promise<Played> {
  const { command, folder, servers } = stage;
  const store = await openStore(servers.store);
  const ledger = join(folder, 'ledger');
  const { engine, store: address } = servers;
  const orders = { engine, store: address, script, ledger, from: Date.now(), ...plan.clock };
  const { processes: size, deaths, seed } = plan;
  const hasServers = engine !== undefined;
  const crew = openCrew({ command, orders, size, deaths, hasServers, seed });
  const effects = () => effectsIn(ledger);
  const people = openPeople({ crew, store, effects, random: randomOf(seed) });
  const looking = setInterval(() => void people.answerAll().catch(() => undefined), LOOK_MS);
  try {
    return await play(stage, plan, { crew, people, store, effects });
  } finally {
    clearInterval(looking);
    people.leave();
    await crew.close();
    await store.close();
  }
}

const effectsIn = (ledger: string): readonly Effect[] =>
  wholeLines(ledger).map((line): Effect => JSON.parse(line));

type Cast = {
  readonly crew: Crew;
  readonly people: People;
  readonly store: Store;
  readonly effects: () => readonly Effect[];
};

async function play(stage: Stage, plan: StormPlan, cast: Cast): Promise<Played> {
  const { crew, people, store, effects } = cast;
  const { threads: count, deeds, settleMs } = plan;
  const done = { 'kill a worker': 0, 'kill the engine': 0, 'scale in': 0, 'scale out': 0 };
  const begun: Promise<unknown>[] = [];
  const tell = () =>
    stage.progress(done['kill a worker'] + done['kill the engine'] + crew.passed.length);
  // Else the processes that start first would get all threads.
  const startsUntil = performance.now() + START_MS;
  while (!crew.isWhole() && performance.now() < startsUntil) await sleep(LOOK_MS / 10);
  for (const [n, deed] of deeds.entries()) {
    while (begun.length < (count * (n + 1)) / deeds.length)
      begun.push(people.begin(`k${begun.length}`));
    await sleep(deed.afterMs);
    if (await carryOut(stage, deed, crew)) done[deed.do] += 1;
    tell();
  }
  const endedAt = performance.now();
  const timeIsUp = () => performance.now() > endedAt + settleMs;
  while (!timeIsUp() && !(await areOver(store, count))) {
    tell();
    await sleep(LOOK_MS);
  }
  const settledAfterMs = performance.now() - endedAt;
  people.leave();
  await crew.close();
  const threads = await allThreads(store);
  const { acknowledged } = people;
  const { passed, complaints } = crew;
  const notBegun = count - acknowledged.filter(({ request }) => request.do === 'start').length;
  const seen = { acknowledged, notBegun, threads, effects: effects(), complaints };
  return { ...seen, done, passed, settledAfterMs };
}

/** Whether it happened. */
async function carryOut(stage: Stage, deed: Deed, crew: Crew): Promise<boolean> {
  switch (deed.do) {
    case 'kill a worker':
      while (!crew.kill(deed.pick)) await sleep(LOOK_MS);
      return true;
    case 'kill the engine':
      await stage.servers.killEngine(deed.pick);
      return true;
    case 'scale in':
      return crew.scaleIn(deed.pick);
    case 'scale out':
      return crew.scaleOut();
    default:
      return deed.do satisfies never;
  }
}

/** Whether all threads have begun and ended. A store that is away does not know. */
async function areOver(store: Store, count: number): Promise<boolean> {
  let ended = 0;
  try {
    for await (const { status } of listAll(store, { limit: 500 }))
      if (hasEnded({ status })) ended += 1;
  } catch {
    return false;
  }
  return ended === count;
}

async function allThreads(store: Store): Promise<readonly Thread[]> {
  const threads: Thread[] = [];
  for await (const { id } of listAll(store, { limit: 500 })) threads.push(await load(store, id));
  return threads;
}
