import { start } from '../../registry/agent/core/people.ts';
import { type Store, wrapStore } from '../../registry/agent/core/store.ts';
import { ownerOf } from '../../registry/agent/core/thread.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { done, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import type { LogLine } from '../../registry/agent/worker/log.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import { type EngineAddress, runnerAt } from '../../test/support/generated/engines.ts';
import { answer } from '../agents/play.ts';

/** A process of the row: with `atOnce` 0 it only launches threads. */
export type Part = {
  readonly atOnce: number;
  readonly url: string;
  readonly schema: string;
  readonly engine?: EngineAddress;
};
export type Order = { readonly launch: number } | 'count' | 'stop';
/** The ms, of a clock that all processes share, at which something of a thread was saved. */
export type Times = readonly (readonly [id: string, ms: number])[];
export type Count = {
  /** The first call of each thread that this process has saved since the last count. */
  readonly firstCalls: Times;
  readonly modelCalls: number;
  readonly steps: number;
  readonly cpuMs: number;
  readonly rssMb: number;
};
export type Told = 'ready' | 'ended' | 'stopped' | { readonly saved: Times } | Count;

/** Requests at once, and people who send them. */
const [requests, people] = [32, 100];

const part: Part = JSON.parse(process.argv[2] ?? '{}');
const store = postgresStore(part.url, part.schema);
let [firstCalls, modelCalls, steps]: [[string, number][], number, number] = [[], 0, 0];
const agent = await openAgent();
const worker = startWorker(agent, { atOnce: part.atOnce, log: tellProblems });
process.on('message', (order: Order) => void obey(order).then(tell));
process.on('disconnect', () => process.exit());
await store.load('makes-the-tables');
tell('ready');

/** The process that started this one shows them if the threads do not end. */
function tellProblems({ level, message, error = '' }: LogLine): void {
  if (level !== 'info') console.error(`${message}: ${error}`);
}

function tell(told: Told): void {
  process.send?.(told);
}

async function obey(order: Order): Promise<Told> {
  if (order === 'count') return count();
  if (order !== 'stop') return { saved: await launch(order.launch) };
  await worker.stop();
  await store.close();
  return 'stopped';
}

/** A message, one call of a tool, and done. Neither the model nor the tool takes time. */
async function openAgent() {
  const { agent, ran } = toyAgent([], { run: async () => answer, timeoutMs: 10_000 });
  const model: typeof agent.model = async ({ events }) => {
    modelCalls++;
    ran.length = 0;
    return { step: events.some(({ type }) => type === 'tool_result') ? done : read };
  };
  const runner = part.engine && { runner: await runnerAt(part.engine) };
  return { ...agent, ...runner, model, store: watched(store), now: Date.now };
}

function watched(store: Store): Store {
  return wrapStore(store, {
    async append(...appended) {
      const [id, version, event, { status }] = appended;
      const next = await store.append(...appended);
      if (event.type === 'tool_call') steps++;
      if (version === 1) firstCalls.push([id, now()]);
      if (status === 'done') tell('ended');
      return next;
    },
  });
}

async function launch(threads: number): Promise<Times> {
  const saved: [string, number][] = [];
  let next = 0;
  const one = async () => {
    while (next < threads) {
      const message = { channel: 'http', from: `person_${next++ % people}`, text: 'go' };
      const { id, events } = await start(agent, message);
      saved.push([id, now()]);
      worker.advance(id, ownerOf(events));
    }
  };
  await Promise.all(Array.from({ length: requests }, one));
  return saved;
}

function count(): Count {
  const { user, system } = process.cpuUsage();
  const counted = { firstCalls, modelCalls, steps, cpuMs: (user + system) / 1_000 };
  firstCalls = [];
  return { ...counted, rssMb: process.memoryUsage.rss() / 1e6 };
}

/** Unlike the time since the start of the process, it is the same for all processes. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
