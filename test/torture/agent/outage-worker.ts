import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../../registry/agent/core/store.ts';
import type { LogLine } from '../../../registry/agent/worker/log.ts';
import { startWorker } from '../../../registry/agent/worker/worker.ts';
import { openStore, type Address } from '../../support/generated/open-store.ts';
import { randomOf } from '../../support/random.ts';
import { linesOf } from './lines.ts';
import { TIMEOUT_MS } from './outage-plan.ts';
import { withOutages, type Outage } from './outage-store.ts';
import { victim, type Play } from './victim.ts';

export type WorkerOrders = {
  readonly address: Address;
  readonly worker: number;
  readonly script: readonly Play[];
  readonly outages: readonly Outage[];
  readonly seed: number;
  /** The file that tools write a line to. */
  readonly journal: string;
};

/** What it is told, a line each: when the round starts, in ms since 1970, and threads to advance. */
export type ToWorker = { readonly startAt: number } | { readonly advance: string };

/** What it prints, a line each. `disturbed` is the type of an event. */
export type FromWorker =
  | { readonly ready: true }
  | { readonly disturbed: string }
  | { readonly log: string }
  | { readonly stillRunning: readonly string[] };

/** A line of the journal: a tool started or ended. `aborted`: it stopped at its timeout. */
export type Entry = {
  readonly phase: 'start' | 'well' | 'badly' | 'later' | 'aborted';
  readonly key: string;
  readonly attempt: number;
  readonly careful: boolean;
  readonly worker: number;
  readonly at: number;
};

/** What stands between the agent and the outages, to see what a bad worker does. */
export type Parts = { readonly now: () => number; readonly wrap: (store: Store) => Store };
const sound: Parts = { now: Date.now, wrap: (store) => store };

const [POLL_MS, STOP_MS] = [250, 60_000];

/** Works on the threads that it is told, and on those that are due, until its input ends. */
export async function work(orders: WorkerOrders, { now, wrap }: Parts = sound): Promise<void> {
  const { address, worker, script, seed } = orders;
  const opened = await openStore(address);
  // Opens the connection.
  await opened.list({ limit: 1 });
  const lines = linesOf(process.stdin);
  tell({ ready: true });
  const first = await lines.next();
  const { startAt }: { startAt: number } = JSON.parse(first.value ?? '{}');
  const store = withOutages(opened, {
    outages: orders.outages,
    now: () => Date.now() - startAt,
    random: randomOf(seed + worker),
    onDisturbed: (disturbed) => tell({ disturbed }),
  });
  const agent = victim({
    store: wrap(store),
    script,
    now,
    timeoutMs: TIMEOUT_MS,
    act: async (...call) => act(orders, ...call),
  });
  const log = ({ event, message, error = '' }: LogLine) =>
    event === undefined && tell({ log: `${message}: ${error}` });
  const running = startWorker(agent, { everyMs: POLL_MS, log });
  for await (const line of lines) {
    const { advance }: { advance: string } = JSON.parse(line);
    running.advance(advance);
  }
  tell({ stillRunning: await running.stop(STOP_MS) });
  await opened.close();
}

type Act = Parameters<typeof victim>[0]['act'];

/** Takes the time that the step says, and keeps a journal of it. */
async function act(
  { journal, worker }: WorkerOrders,
  ...[step, { idempotencyKey: key, attempt, signal }]: Parameters<Act>
): Promise<void> {
  const write = (phase: Entry['phase']) => {
    const careful = step.intent === 'careful';
    const entry: Entry = { phase, key, attempt, careful, worker, at: Date.now() };
    appendFileSync(journal, `${JSON.stringify(entry)}\n`);
  };
  write('start');
  await sleep(Number(step.what), undefined, { signal }).catch(() => undefined);
  write(signal.aborted ? 'aborted' : step.ends);
}

const tell = (told: FromWorker): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
