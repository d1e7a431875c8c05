import { timeIn, type Agent } from '../core/agent.ts';
import { areDeliveries, type Event } from '../core/event.ts';
import { Conflict, isMoving, wrapStore } from '../core/store.ts';
import type { Store, ThreadIndex } from '../core/store.ts';
import { initial, reduce } from '../core/thread.ts';

/** Ends `advance()` because the worker stops. The thread stays as it was saved. */
export class WorkerStopping extends Error {}

/**
 * Releases threads once `signal` is aborted. What is in progress is still saved, and the thread is then
 * due at once, so that another process continues it. Nothing new starts.
 */
export function releasingStore(
  store: Store,
  signal: Pick<AbortSignal, 'aborted'>,
  clock: Pick<Agent, 'now'>,
): Store {
  /** Threads that another event reached first, and their version before: one more load each. */
  const overtaken = new Map<string, number>();
  const throwIfStopping = () => {
    if (signal.aborted) throw new WorkerStopping();
  };
  return wrapStore(store, {
    async load(id) {
      const version = overtaken.get(id);
      if (!overtaken.delete(id)) throwIfStopping();
      const events = await store.load(id);
      // Only an event that counts is appended again: see `save` in the loop.
      const stillCounts = awaitsOutcome(events) || areDeliveries(events.slice(version));
      if (signal.aborted && !stillCounts) throw new WorkerStopping();
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
        if (error instanceof Conflict && !isClaim) overtaken.set(id, version);
        throw error;
      }
    },
  });
}

/** Saves also while the worker stops. A thread that could go on is then due at once. */
export function finishingStore(
  store: Store,
  signal: AbortSignal,
  clock: Pick<Agent, 'now'>,
): Store {
  return wrapStore(store, {
    append: (id, version, event, index) =>
      store.append(id, version, event, signal.aborted ? dueNow(index, clock) : index),
  });
}

/** Whether the outcome of a call still counts: it runs, or was handed over meanwhile. */
function awaitsOutcome(events: readonly Event[]): boolean {
  const { status } = events.reduce(reduce, initial);
  return status === 'running' || status === 'waiting_for_human';
}

function dueNow(index: ThreadIndex, clock: Pick<Agent, 'now'>): ThreadIndex {
  return isMoving(index.status) ? { ...index, due: timeIn(0, clock) } : index;
}
