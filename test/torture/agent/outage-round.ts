import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import { Refused } from '../../../registry/agent/core/errors.ts';
import type { Event } from '../../../registry/agent/core/event.ts';
import { answer, report, updateThread } from '../../../registry/agent/core/people.ts';
import {
  listAll,
  load,
  type Store,
  type Thread,
  type ThreadInfo,
} from '../../../registry/agent/core/store.ts';
import type { Status } from '../../../registry/agent/core/thread.ts';
import type { Address } from '../../support/generated/open-store.ts';
import { startChild, type Child } from './child.ts';
import type { RoundPlan } from './outage-plan.ts';
import { UNREACHABLE } from './outage-store.ts';
import type { Entry, FromWorker, WorkerOrders } from './outage-worker.ts';
import { victim } from './victim.ts';

export type OutageStage = {
  /** The command of a worker, before its orders. */
  readonly command: readonly string[];
  readonly address: Address;
  /** A connection of this process, which no outage disturbs. */
  readonly store: Store;
  /** The path of the journal. */
  readonly journal: string;
};

/** A round as it was seen from outside. */
export type Round = {
  readonly threads: readonly {
    readonly id: string;
    readonly events: readonly Event[];
    readonly listed: ThreadInfo | undefined;
  }[];
  readonly journal: readonly Entry[];
  /** The number of the worker that was killed. */
  readonly killed: number | undefined;
  /** Threads that did not come to rest. */
  readonly hanging: readonly string[];
  /** The types of the events whose append was disturbed. */
  readonly disturbed: readonly string[];
  /** ms from the end of the last outage to the last event, 0 if that was earlier. */
  readonly settledAfterMs: number;
  readonly complaints: readonly string[];
};

const [LOOK_MS, SETTLED_MS, PATIENCE_MS] = [100, 1_500, 45_000];
const ada = { channel: 'test', from: 'ada' };

/** Plays a round with two workers, until the outages are over and all threads rest. */
export async function playRound(stage: OutageStage, plan: RoundPlan, seed: number): Promise<Round> {
  const crew = await startCrew(stage, plan, seed);
  const startAt = Date.now() + LOOK_MS;
  crew.tellAll({ startAt });
  const ids = plan.startsAt.map((_, n) => `r-${n}`);
  const begun = plan.startsAt.map(async (ms, n) => {
    await sleep(startAt + ms - Date.now());
    await begin(stage.store, ids[n] ?? '');
    crew.advance(n, ids[n] ?? '');
  });
  const killed = plan.killAt === undefined ? undefined : 1;
  if (plan.killAt !== undefined) begun.push(killSecond(crew, ids, startAt + plan.killAt));
  const ends = plan.outages.flat().map(({ until }) => until);
  const endsAt = startAt + Math.max(...ends, ...plan.startsAt);
  const [hanging] = await Promise.all([
    rest({ store: stage.store, plan, crew, ids, endsAt }),
    ...begun,
  ]);
  const { disturbed, complaints } = await crew.end(killed);
  const threads = await readThreads(stage.store, ids);
  const lastAt = Math.max(...threads.map(({ events }) => Date.parse(events.at(-1)?.at ?? '')));
  const journal = await readJournal(stage.journal);
  const settledAfterMs = Math.max(lastAt - endsAt, 0);
  return { threads, journal, killed, hanging, disturbed, settledAfterMs, complaints };
}

type Crew = {
  tellAll(line: unknown): void;
  /** Gives a thread to one of the living workers, in turn. */
  advance(turn: number, thread: string): void;
  killSecond(): void;
  end(killed: number | undefined): Promise<Pick<Round, 'disturbed' | 'complaints'>>;
};

/** Starts two workers. Resolves once both have reached the store. */
async function startCrew(
  { command, address, journal }: OutageStage,
  { script, outages }: RoundPlan,
  seed: number,
): Promise<Crew> {
  const children = outages.map((seen, worker) => {
    const orders: WorkerOrders = { address, worker, script, outages: seen, seed, journal };
    return startChild<FromWorker>([...command, JSON.stringify(orders)]);
  });
  await Promise.all(children.map(async (child) => child.next()));
  const told = children.map(readAll);
  const living = [...children];
  return {
    tellAll: (line) => children.forEach((child) => child.tell(line)),
    advance: (turn, thread) => living[turn % living.length]?.tell({ advance: thread }),
    killSecond: () => living.pop()?.kill(),
    async end(killed) {
      for (const child of children) child.release();
      const lines = await Promise.all(told);
      const complaints = children.map(async (child, n) => [
        ...(await child.complaint).split('\n').filter((line) => line !== ''),
        ...problemsIn(lines[n] ?? [], n === killed),
      ]);
      const disturbed = lines.flat().flatMap((one) => ('disturbed' in one ? [one.disturbed] : []));
      return { disturbed, complaints: (await Promise.all(complaints)).flat() };
    },
  };
}

async function readAll(child: Child<FromWorker>): Promise<readonly FromWorker[]> {
  const lines: FromWorker[] = [];
  for (let line = await child.next(); line; line = await child.next()) lines.push(line);
  return lines;
}

/** Returns what a worker must not say, and that it did not end in order. */
function problemsIn(lines: readonly FromWorker[], isKilled: boolean): readonly string[] {
  const logged = lines.flatMap((line) => ('log' in line ? [line.log] : []));
  const problems = logged.filter((line) => !line.endsWith(UNREACHABLE));
  const last = lines.at(-1);
  if (isKilled) return problems;
  if (last === undefined || !('stillRunning' in last)) return [...problems, 'a worker ended early'];
  return [...problems, ...last.stillRunning.map((id) => `${id} was still running`)];
}

async function begin(store: Store, thread: string): Promise<void> {
  await updateThread({ store, now: Date.now }, thread, () => ({
    type: 'message',
    ...ada,
    text: 'go',
  }));
}

/** Kills the second worker. The first gets all threads: a model may have been asked for them. */
async function killSecond(crew: Crew, ids: readonly string[], at: number): Promise<void> {
  await sleep(at - Date.now());
  crew.killSecond();
  for (const id of ids) crew.advance(0, id);
}

/** The statuses of a thread that has ended or waits for a person. */
const resting: readonly Status[] = ['done', 'waiting_for_human'];

type Rest = {
  readonly store: Store;
  readonly plan: RoundPlan;
  readonly crew: Crew;
  readonly ids: readonly string[];
  readonly endsAt: number;
};

/**
 * Waits until the outages are over and no thread has moved for a while. Meanwhile reports the
 * results of long-running tools, and answers for calls that were handed over.
 * @returns the threads that still move after some time
 */
async function rest({ store, plan, crew, ids, endsAt }: Rest): Promise<readonly string[]> {
  const { script, answerAfterMs = Infinity } = plan;
  const agent = victim({ store, script, now: Date.now, act: async () => undefined });
  let seen = '';
  let movedAt = Date.now();
  for (;;) {
    const threads = await Promise.all(ids.map(async (id) => load(store, id)));
    for (const [n, thread] of threads.entries())
      if (await respond(agent, thread, answerAfterMs)) crew.advance(n, thread.id);
    const versions = threads.map(({ events }) => events.length).join(' ');
    if (versions !== seen) movedAt = Date.now();
    seen = versions;
    const moving = threads.filter((thread) => !isResting(thread));
    const isQuiet = Date.now() > Math.max(movedAt, endsAt) + SETTLED_MS;
    if (isQuiet && moving.length === 0) return [];
    if (Date.now() > endsAt + PATIENCE_MS) return moving.map(({ id }) => id);
    await sleep(LOOK_MS);
  }
}

function isResting({ state, events }: Thread): boolean {
  return events.length > 0 && resting.includes(state.status);
}

/** Does what the outside does for a thread that waits. Returns whether that changed it. */
async function respond(agent: Agent, thread: Thread, answerAfterMs: number): Promise<boolean> {
  const { status, open } = thread.state;
  const waitedMs = Date.now() - Date.parse(thread.events.at(-1)?.at ?? '');
  const isAnswered = status === 'waiting_for_human' && waitedMs > answerAfterMs;
  if (status !== 'waiting_for_result' && !isAnswered) return false;
  try {
    if (isAnswered) await answer(agent, open.call_id, { by: 'ada', text: 'go on' });
    else await report(agent, open.call_id, { result: 'arrived' });
    return true;
  } catch (error) {
    // A late outcome was first.
    if (error instanceof Refused) return false;
    throw error;
  }
}

async function readThreads(store: Store, ids: readonly string[]): Promise<Round['threads']> {
  const infos = new Map<string, ThreadInfo>();
  for await (const info of listAll(store, { limit: 500 })) infos.set(info.id, info);
  return Promise.all(
    ids.map(async (id) => ({ id, events: await store.load(id), listed: infos.get(id) })),
  );
}

async function readJournal(path: string): Promise<readonly Entry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): Entry => JSON.parse(line));
}
