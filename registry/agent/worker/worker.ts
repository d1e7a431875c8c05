import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import type { Agent } from '../core/agent.ts';
import { backoff } from './backoff.ts';
import { toStderr } from './log.ts';
import { patient } from './worker-store.ts';
import { pool } from './job-queue.ts';
import { releasing, Stopping } from './worker-store.ts';
import { dueThreads, sweepOften } from './due-threads.ts';

const DEADLINE_MS = 8_000;

export type WorkerOptions = {
  /** ms between two looks for what is due; `Infinity` for none. */
  readonly everyMs?: number;
  /** The most threads that move at the same time. */
  readonly atOnce?: number;
  log?(line: string): void;
};

export type Worker = {
  /** Moves a thread on soon, and never twice at the same time. */
  advance(id: string): void;
  /** Begins nothing more, saves what is in flight, lets go. @returns the threads still in flight after `deadlineMs` */
  stop(deadlineMs?: number): Promise<string[]>;
};

/**
 * Moves threads on: those it is told of, and whatever is due, such as a lost process's and a request that nobody
 * answered. Any number of workers may share a store.
 */
export function startWorker<S extends Step>(agent: Agent<S>, options: WorkerOptions = {}): Worker {
  const { everyMs = 2_000, atOnce = 64, log = toStderr } = options;
  const stopping = new AbortController();
  const mine = { ...agent, store: releasing(patient(agent.store), stopping.signal, agent) };
  const failures = backoff();
  const jobs = pool(atOnce, async (id) => {
    try {
      await advance(mine, id);
      failures.forget(id);
    } catch (error) {
      if (error instanceof Stopping) return;
      failures.note(id);
      log(`${id}: ${oneLine(error)}`);
    }
  });
  const sweep = async (dueBeforeMs: number) => {
    // What a store that was away has stopped is not due for long.
    for (const id of failures.again()) jobs.add(id);
    let waitedMs = 0;
    for await (const id of dueThreads(agent.store, dueBeforeMs)) {
      const began = performance.now();
      // One that somebody waits for never stands behind all that is due.
      await jobs.room();
      waitedMs += performance.now() - began;
      if (stopping.signal.aborted) break;
      if (failures.mayTry(id)) jobs.add(id);
    }
    return waitedMs;
  };
  void sweepOften({ ...agent, sweep, everyMs, log, signal: stopping.signal });
  return {
    advance: jobs.add,
    async stop(deadlineMs = DEADLINE_MS) {
      stopping.abort();
      await Promise.race([jobs.close(), sleep(deadlineMs, undefined, { ref: false })]);
      return jobs.busy();
    },
  };
}
