import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import { listAll, STALLED_MS } from '../core/store.ts';
import type { Backoff } from './backoff.ts';
import type { JobQueue } from './job-queue.ts';

const PAGE = 500;

/**
 * ms after the start when threads that were waiting for a model before it are continued: the
 * process that asked has probably died.
 */
const RECOVER_AFTER_MS = 30_000;

/** ms that processes get to save outcomes, once a store that was unavailable answers again. */
const OUTCOMES_FIRST_MS = 1_000;

/** Polling takes at most a tenth of the time, and happens at least once a minute. */
const [REST_FACTOR, MAX_REST_MS] = [9, 60_000];

type Polling = Pick<Agent, 'store' | 'now'> & {
  readonly jobs: JobQueue;
  readonly failures: Backoff;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  log(line: string): void;
};

/** Queues due threads until `signal` fires. Logs an error of the store when it first occurs. */
export async function pollDueThreads(polling: Polling): Promise<void> {
  const { store, now, everyMs, signal, log } = polling;
  if (everyMs === Infinity) return;
  const startedAt = now();
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
      const queryMs = await queueDueThreads(polling, Math.max(now(), recoveryTime));
      restMs = Math.max(everyMs, restAfter(queryMs, lastQueryMs));
      lastQueryMs = queryMs;
      if (recovers) hasRecovered = true;
      lastError = '';
    } catch (error) {
      if (signal.aborted) return;
      const message = oneLine(error);
      if (message !== lastError) log(`cannot list due threads: ${message}`);
      lastError = message;
    }
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One slow query may be an outage. Only a store that was slow twice needs a rest. */
function restAfter(queryMs: number, lastQueryMs: number): number {
  return Math.min(REST_FACTOR * Math.min(queryMs, lastQueryMs), MAX_REST_MS);
}

/** @returns the ms that the store took */
async function queueDueThreads(polling: Polling, dueBeforeMs: number): Promise<number> {
  const { store, jobs, failures, signal } = polling;
  // A thread that failed while the store was unavailable is not due for a long time.
  for (const id of failures.toRetry()) jobs.add(id);
  const startedAt = performance.now();
  let waitedMs = 0;
  const dueBefore = new Date(dueBeforeMs).toISOString();
  for await (const { id } of listAll(store, { dueBefore, limit: PAGE })) {
    const waitStartedAt = performance.now();
    // Due threads never fill the queue: a thread with a new message must not wait behind them.
    await jobs.whenFree();
    waitedMs += performance.now() - waitStartedAt;
    if (signal.aborted) break;
    if (failures.mayTry(id)) jobs.add(id);
  }
  return performance.now() - startedAt - waitedMs;
}
