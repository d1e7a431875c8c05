import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Runner } from '../../../registry/agent/core/agent.ts';
import { oneLine, Refused } from '../../../registry/agent/core/errors.ts';
import { answer, approve, start } from '../../../registry/agent/core/people.ts';
import type { Store, Thread } from '../../../registry/agent/core/store.ts';
import { ownerOf } from '../../../registry/agent/core/thread.ts';
import { localRunner } from '../../../registry/agent/worker/local-runner.ts';
import { startWorker, type Worker } from '../../../registry/agent/worker/worker.ts';
import { runnerAt, type EngineAddress } from '../../support/generated/engines.ts';
import { openStore, type Address } from '../../support/generated/open-store.ts';
import { randomOf, type Random } from '../../support/random.ts';
import { linesOf } from '../agent/lines.ts';
import type { Effect } from '../agent/script.ts';
import { victim, type Play } from '../agent/victim.ts';
import { passing, passingModel, passingRunner, passingStore, type Death } from './points.ts';
import type { Pass, Point } from './points.ts';

export type WorkerOrders = {
  /** Without one, each process advances its own threads. */
  readonly engine: EngineAddress | undefined;
  readonly store: Address;
  readonly script: readonly Play[];
  /** The file that tools write a line to. */
  readonly ledger: string;
  /** Its clock is at this time in ms where the machine's is, too, and runs so much faster. */
  readonly from: number;
  readonly speed: number;
  readonly timeoutMs: number;
  readonly everyMs: number | undefined;
  readonly atOnce: number;
  readonly death: Death | undefined;
  readonly seed: number;
};

/** What people do by way of this process. A key makes it safe to ask again. */
export type Request =
  | { readonly do: 'start'; readonly key: string; readonly from: string }
  | { readonly do: 'answer'; readonly key: string; readonly call: string; readonly text: string }
  | { readonly do: 'approve'; readonly call: string };

export type ToWorker = { readonly n: number; readonly request: Request };

/** What it prints, a line each. `saved` is the thread in which request `n` is. */
export type FromWorker =
  | { readonly ready: true }
  | { readonly n: number; readonly saved: string }
  | { readonly n: number; readonly refused: string }
  | { readonly n: number; readonly failed: string }
  | { readonly died: Point }
  | { readonly stray: string };

/** What stands between the agent and the rest, to see what a bad worker does. */
export type Parts = {
  readonly store?: (store: Store) => Store;
  readonly runner?: (runner: Runner) => Runner;
  readonly agent?: (agent: Agent) => Agent;
};

const same = <Value>(value: Value) => value;
const tell = (told: FromWorker): void => void process.stdout.write(`${JSON.stringify(told)}\n`);

/** Takes requests as a server does, and advances threads, until SIGTERM or the end of its input. */
export async function work(orders: WorkerOrders, parts: Parts = {}): Promise<void> {
  process.on('unhandledRejection', (error) => tell({ stray: oneLine(error) }));
  const pass = passing(orders.death);
  const opened = await openStore(orders.store);
  const wrap = parts.store ?? same;
  const agent = agentOf(orders, passingStore(wrap(opened), pass), pass);
  const inner = orders.engine ? await runnerAt(orders.engine) : localRunner;
  const runner = passingRunner((parts.runner ?? same)(inner), pass);
  const { atOnce, everyMs } = orders;
  const every = everyMs === undefined ? {} : { everyMs };
  const worker = startWorker((parts.agent ?? same)({ ...agent, runner }), {
    ...every,
    atOnce,
    log: () => undefined,
  });
  process.once('SIGTERM', () => void stop(worker, pass));
  tell({ ready: true });
  for await (const line of linesOf(process.stdin)) void serve(JSON.parse(line));
  // Whoever started it is gone.
  process.exit(1);

  async function serve({ n, request }: ToWorker): Promise<void> {
    try {
      const { id, events } = await take(agent, request);
      tell({ n, saved: id });
      if (request.do === 'start') pass('a message is acknowledged');
      worker.advance(id, ownerOf(events));
    } catch (error) {
      tell({ n, [error instanceof Refused ? 'refused' : 'failed']: oneLine(error) } as FromWorker);
    }
  }
}

async function stop(worker: Worker, pass: Pass): Promise<void> {
  const stopped = worker.stop();
  pass('begins to stop');
  await stopped;
  pass('has stopped');
  process.exit(0);
}

function take(agent: Agent, request: Request): Promise<Thread> {
  switch (request.do) {
    case 'start': {
      const { from, key: idempotency_key } = request;
      return start(agent, { channel: 'test', from, text: 'go', idempotency_key });
    }
    case 'answer': {
      const { call, text, key: idempotency_key } = request;
      return answer(agent, call, { by: 'ada', text, idempotency_key });
    }
    case 'approve':
      return approve(agent, request.call, { approved: true, by: 'ada' });
    default:
      return request satisfies never;
  }
}

function agentOf(orders: WorkerOrders, store: Store, pass: Pass): Agent {
  const { from, speed, timeoutMs, script } = orders;
  const random = randomOf(orders.seed);
  const agent = victim({
    store,
    script,
    timeoutMs,
    now: () => from + (Date.now() - from) * speed,
    act: async (...call) => act(orders, random, pass, ...call),
  });
  return { ...agent, model: passingModel(agent.model, pass, () => 20 + random.below(100)) };
}

type Act = Parameters<typeof victim>[0]['act'];

/** Takes up to a second and a half, and writes each line to the disk itself. */
async function act(
  { ledger }: WorkerOrders,
  { below }: Random,
  pass: Pass,
  ...[{ what }, { idempotencyKey: key, attempt }]: Parameters<Act>
): Promise<void> {
  const write = (phase: Effect['phase']) => {
    const effect: Effect = { phase, key, attempt, what };
    appendFileSync(ledger, `${JSON.stringify(effect)}\n`, { flag: 'as' });
  };
  write('began');
  await sleep(200 + below(700));
  pass('before the effect');
  write('took');
  pass('after the effect');
  await sleep(below(600));
}
