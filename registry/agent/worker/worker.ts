import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { backoff } from './backoff.ts';
import { pollDueThreads } from './due-threads.ts';
import { jobQueue } from './job-queue.ts';
import { loggingStore } from './log-events.ts';
import { logToStderr, safeLog, type Log } from './log.ts';
import { releasingStore, WorkerStopping } from './releasing-store.ts';
import { retryingStore } from './retrying-store.ts';

/** ms that running threads get to stop. */
const DEADLINE_MS = 8_000;

export type WorkerOptions = {
  /** ms between two searches for due threads; `Infinity` for no search. */
  readonly everyMs?: number;
  /** The number of threads to advance at the same time. */
  readonly atOnce?: number;
  /** Gets a line for each step, wait and failure. The default writes to stderr. */
  readonly log?: Log;
};

export type Worker = {
  /** Advances a thread soon, and never twice at the same time. Owners take turns. */
  advance: (id: string, owner?: string) => void;
  /**
   * Starts nothing new, and saves the outcome of what is running.
   * @returns the threads that are still running after `deadlineMs`
   */
  stop: (deadlineMs?: number) => Promise<string[]>;
};

/**
 * Advances the threads that it is given and all threads that are due: those of a process that
 * died, and those whose request has expired. Any number of workers may share a store.
 */
export function startWorker<S extends Step>(agent: Agent<S>, options: WorkerOptions = {}): Worker {
  const log = logOf(options);
  const store = loggingStore(agent.store, log);
  return runWorker({ ...agent, store }, { ...options, log });
}

export function logOf({ log }: WorkerOptions): Log {
  return log ? safeLog(log) : logToStderr;
}

/** Starts a worker on a store that logs its events already. */
export function runWorker<S extends Step>(
  agent: Agent<S>,
  options: WorkerOptions & { readonly log: Log },
): Worker {
  const { everyMs = 2_000, atOnce = 64, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const store = releasingStore(retryingStore(agent.store), signal, agent);
  const failures = backoff();
  const jobs = jobQueue(atOnce, async (id) => {
    try {
      await advance({ ...agent, store }, id);
      failures.succeeded(id);
    } catch (error) {
      if (error instanceof WorkerStopping) return;
      failures.failed(id);
      const message = `${id} could not be continued`;
      log({ level: 'error', message, error: oneLine(error), thread: id });
    }
  });
  void pollDueThreads({ ...agent, jobs, failures, everyMs, signal, log });
  return {
    advance: jobs.add,
    async stop(deadlineMs = DEADLINE_MS) {
      stopping.abort();
      await Promise.race([jobs.close(), sleep(deadlineMs, undefined, { ref: false })]);
      return jobs.running();
    },
  };
}
