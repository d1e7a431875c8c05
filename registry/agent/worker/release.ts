import type { Agent } from '../parts.ts';
import { layer, type Index, type Store } from '../store/store.ts';

/** Ends an `advance()` whose process is about to end; the thread stays as it was saved. */
export class Stopping extends Error {}

/**
 * The same store, which lets go of threads once `signal` fires: what is in flight is still saved, but nothing is begun
 * after it, and the thread is due at once, so that another process goes on with it.
 */
export function releasing(store: Store, signal: AbortSignal, clock: Pick<Agent, 'now'>): Store {
  const stopIfAsked = () => {
    if (signal.aborted) throw new Stopping();
  };
  return layer(store, {
    async load(id) {
      stopIfAsked();
      return store.load(id);
    },
    async append(id, version, event, index) {
      if (event.type === 'tool_started') stopIfAsked();
      const next = await store.append(id, version, event, signal.aborted ? dueNow(index, clock) : index);
      stopIfAsked();
      return next;
    },
  });
}

function dueNow(index: Index, { now }: Pick<Agent, 'now'>): Index {
  const isMoving = index.status === 'thinking' || index.status === 'ready';
  return isMoving ? { ...index, due: new Date(now()).toISOString() } : index;
}
