import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, timeIn } from '../core/agent.ts';
import type { Event } from '../core/event.ts';
import {
  Conflict,
  Damaged,
  isMoving,
  type Store,
  type ThreadIndex,
  wrapStore,
} from '../core/store.ts';
import { initialState, reduce } from '../core/thread.ts';

/** Short, so that an outcome is saved before anybody takes its call over. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 500];

/**
 * The same store, but an append is tried again for `patienceMs` while the store is away: what a model said or a tool
 * did is not lost because a database restarts. One that did arrive is a conflict the second time.
 */
export function patient(store: Store, patienceMs = 120_000): Store {
  return wrapStore(store, {
    async append(...event) {
      const end = performance.now() + patienceMs;
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        try {
          return await store.append(...event);
        } catch (error) {
          if (isFinal(error) || performance.now() + waitMs > end) throw error;
          await sleep(waitMs);
        }
      }
    },
  });
}

const isFinal = (error: unknown): boolean =>
  error instanceof Conflict || error instanceof Damaged || error instanceof TypeError;

/** Ends an `advance()` whose process is about to end; the thread stays as it was saved. */
export class Stopping extends Error {}

/**
 * The same store, which lets go of threads once `signal` fires: what is in flight is still saved, but nothing is begun
 * after it, and the thread is due at once, so that another process goes on with it.
 */
export function releasing(store: Store, signal: AbortSignal, clock: Pick<Agent, 'now'>): Store {
  /** Threads in which somebody was faster than the outcome of a call: it is saved behind that, once they are loaded. */
  const overtaken = new Set<string>();
  const stopIfAsked = () => {
    if (signal.aborted) throw new Stopping();
  };
  return wrapStore(store, {
    async load(id) {
      if (!overtaken.delete(id)) stopIfAsked();
      const events = await store.load(id);
      if (signal.aborted && events.reduce(reduce, initialState).status !== 'running')
        throw new Stopping();
      return events;
    },
    async append(id, version, event, index) {
      const isClaim = event.type === 'tool_started';
      if (isClaim) stopIfAsked();
      const next = await store
        .append(id, version, event, signal.aborted ? dueNow(index, clock) : index)
        .catch((error: unknown) => {
          if (error instanceof Conflict && isOutcome(event)) overtaken.add(id);
          throw error;
        });
      // A claim that is saved is in flight: nobody else could know that its call has not begun.
      if (!isClaim) stopIfAsked();
      return next;
    },
  });
}

const isOutcome = ({ type }: Event): boolean =>
  ['tool_result', 'tool_error', 'tool_pending'].includes(type);

const dueNow = (index: ThreadIndex, clock: Pick<Agent, 'now'>): ThreadIndex =>
  isMoving(index.status) ? { ...index, due: timeIn(0, clock) } : index;
