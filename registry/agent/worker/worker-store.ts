import { setTimeout as sleep } from 'node:timers/promises';
import { timeIn, type Agent } from '../core/agent.ts';
import type { Event } from '../core/event.ts';
import {
  Conflict,
  Damaged,
  isMoving,
  wrapStore,
  type Store,
  type ThreadIndex,
} from '../core/store.ts';
import { initial, reduce } from '../core/thread.ts';

/** Short waits: an outcome must be saved before the lease of its call ends. */
const [FIRST_WAIT_MS, MAX_WAIT_MS] = [100, 500];

/**
 * Retries appends for `retryForMs` while the store is unavailable, so that the answer of a model
 * and the outcome of a call survive the restart of a database. If an append was saved although it
 * failed, the next attempt is a conflict.
 */
export function retryingStore(store: Store, retryForMs = 120_000): Store {
  return wrapStore(store, {
    async append(...event) {
      const end = performance.now() + retryForMs;
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        try {
          return await store.append(...event);
        } catch (error) {
          if (isPermanent(error) || performance.now() + waitMs > end) throw error;
          await sleep(waitMs);
        }
      }
    },
  });
}

function isPermanent(error: unknown): boolean {
  return error instanceof Conflict || error instanceof Damaged || error instanceof TypeError;
}

/** Ends `advance()` because the worker stops. The thread stays as it was saved. */
export class WorkerStopping extends Error {}

/**
 * Releases threads once `signal` fires. What is in progress is still saved, and the thread is then
 * due at once, so that another process continues it. Nothing new starts.
 */
export function releasingStore(
  store: Store,
  signal: AbortSignal,
  clock: Pick<Agent, 'now'>,
): Store {
  /** Threads that another event reached before the outcome of a call: they are loaded once more. */
  const overtaken = new Set<string>();
  const throwIfStopping = () => {
    if (signal.aborted) throw new WorkerStopping();
  };
  return wrapStore(store, {
    async load(id) {
      if (!overtaken.delete(id)) throwIfStopping();
      const events = await store.load(id);
      // Only a call that is still running can have an outcome to save.
      if (signal.aborted && !isRunning(events)) throw new WorkerStopping();
      return events;
    },
    async append(id, version, event, index) {
      const isClaim = event.type === 'tool_started';
      if (isClaim) throwIfStopping();
      const savedIndex = signal.aborted ? dueNow(index, clock) : index;
      try {
        const next = await store.append(id, version, event, savedIndex);
        // A saved claim must run: no other process could know that its call has not started.
        if (!isClaim) throwIfStopping();
        return next;
      } catch (error) {
        if (error instanceof Conflict && isOutcome(event)) overtaken.add(id);
        throw error;
      }
    },
  });
}

function isRunning(events: readonly Event[]): boolean {
  return events.reduce(reduce, initial).status === 'running';
}

function isOutcome({ type }: Event): boolean {
  return type === 'tool_result' || type === 'tool_error' || type === 'tool_pending';
}

function dueNow(index: ThreadIndex, clock: Pick<Agent, 'now'>): ThreadIndex {
  return isMoving(index.status) ? { ...index, due: timeIn(0, clock) } : index;
}
