import { setTimeout as sleep } from 'node:timers/promises';
import { type Store, wrapStore } from '../../registry/agent/core/store.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import { openCounter } from '../stores/counter.ts';
import { askingAgent } from './agent.ts';
import { due } from './fill.ts';

export type Worked = {
  /** ms from the start of a worker until no thread was due. */
  readonly dueMs: number;
  /** Of the time in which nothing was due. */
  readonly statements: number;
  readonly cpuMs: number;
  readonly connections: number;
  readonly rssMb: number;
};

/** Connections that are not used any more close after ten seconds. */
const SETTLE_MS = 15_000;

/** Ends what is due by a worker, which then has nothing to do for `idleMs`. */
export async function work(store: Store, url: string, idleMs: number): Promise<Worked> {
  const began = performance.now();
  const { counted, ended } = countEnds(store);
  const worker = startWorker(askingAgent(counted), { log: () => undefined });
  await ended;
  const dueMs = performance.now() - began;
  const counter = openCounter(url);
  await sleep(SETTLE_MS);
  const [statements, cpu] = [await counter.statements(), process.cpuUsage()];
  await sleep(idleMs);
  const { user, system } = process.cpuUsage(cpu);
  const worked = {
    dueMs,
    statements: (await counter.statements()) - statements,
    cpuMs: (user + system) / 1_000,
    connections: await counter.connections(),
    rssMb: process.memoryUsage.rss() / 1e6,
  };
  await Promise.all([worker.stop(), counter.close()]);
  return worked;
}

/** A store that tells when all threads that were due have ended. */
function countEnds(store: Store) {
  let left = due;
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const counted = wrapStore(store, {
    async append(...event) {
      const version = await store.append(...event);
      if (event[3].status === 'done' && --left === 0) end();
      return version;
    },
  });
  return { counted, ended };
}
