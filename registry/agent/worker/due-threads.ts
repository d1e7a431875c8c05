import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import { listAll, STALLED_MS } from '../core/store.ts';
import { backoff, type Backoff } from './backoff.ts';
import type { JobQueue } from './job-queue.ts';
import type { Log } from './log.ts';

const PAGE = 5_000;

/**
 * ms after the start when threads that were waiting for a model before it are continued: the
 * process that asked has probably died.
 */
const RECOVER_AFTER_MS = 30_000;

/** ms that processes get to save outcomes, once a store that was unavailable answers again. */
const OUTCOMES_FIRST_MS = 1_000;

/** Polling takes at most a tenth of the time, and happens at least once a minute. */
const [REST_FACTOR, MAX_REST_MS] = [9, 60_000];
/** A search that did not queue all due threads is repeated sooner. */
const INCOMPLETE_DIVISOR = 10;

type Polling = Pick<Agent, 'store' | 'now'> & {
  readonly jobs: JobQueue;
  readonly failures: Backoff;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
};

/**
 * Queues due threads until `signal` fires.
 * Logs an error of the store when it first occurs.
 */
export async function pollDueThreads(polling: Polling): Promise<void> {
  const { store, now, everyMs, signal, log } = polling;
  if (everyMs === Infinity) return;
  const startedAt = now();
  const idle = idleThreads();
  let hasRecovered = false;
  let lastError = '';
  let lastQueryMs = 0;
  while (!signal.aborted) {
    const recovers = !hasRecovered && now() >= startedAt + RECOVER_AFTER_MS;
    const recoveryTime = recovers ? startedAt + STALLED_MS.thinking : 0;
    let restMs = everyMs;
    try {
      if (lastError !== '') {
        await store.list({ limit: 1 });
        await sleep(OUTCOMES_FIRST_MS, undefined, { signal });
      }
      const dueBeforeMs = Math.max(now(), recoveryTime);
      const search = await queueDueThreads(polling, dueBeforeMs, idle);
      const leastMs = search.isComplete ? everyMs : everyMs / INCOMPLETE_DIVISOR;
      restMs = Math.max(leastMs, restAfter(search.ms, lastQueryMs));
      lastQueryMs = search.ms;
      if (recovers && search.isComplete) hasRecovered = true;
      lastError = '';
    } catch (error) {
      if (signal.aborted) return;
      const reason = oneLine(error);
      const message = 'The due threads cannot be listed';
      if (reason !== lastError) log({ level: 'error', message, error: reason });
      lastError = reason;
    }
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One slow query may be an outage. Only a store that was slow twice needs a rest. */
function restAfter(queryMs: number, lastQueryMs: number): number {
  return Math.min(REST_FACTOR * Math.min(queryMs, lastQueryMs), MAX_REST_MS);
}

/** The time that the search took, and whether all due threads are queued now. */
type Search = { readonly ms: number; readonly isComplete: boolean };

/**
 * Remembers the due threads in which nothing happened since the last search, such as one whose
 * outbox was removed: each waits longer before it is tried again.
 */
export function idleThreads() {
  const waits = backoff();
  let [last, current] = [new Map<string, number>(), new Map<string, number>()];
  return {
    startSearch(): void {
      [last, current] = [current, new Map()];
    },
    mayTry(id: string, version: number): boolean {
      current.set(id, version);
      if (last.get(id) !== version) waits.succeeded(id);
      else if (waits.mayTry(id)) waits.failed(id);
      else return false;
      return true;
    },
  };
}

async function queueDueThreads(
  polling: Polling,
  dueBeforeMs: number,
  idle: ReturnType<typeof idleThreads>,
): Promise<Search> {
  const { store, jobs, failures, signal } = polling;
  // A thread that failed while the store was unavailable is not due for a long time.
  let isComplete = true;
  for (const id of failures.toRetry()) if (!jobs.addDue(id)) isComplete = false;
  const startedAt = performance.now();
  const dueBefore = new Date(dueBeforeMs).toISOString();
  idle.startSearch();
  for await (const { id, owner, version } of listAll(store, { dueBefore, limit: PAGE })) {
    if (signal.aborted) break;
    const mayTry = failures.mayTry(id) && idle.mayTry(id, version);
    if (mayTry && !jobs.addDue(id, owner)) isComplete = false;
  }
  return { ms: performance.now() - startedAt, isComplete };
}
