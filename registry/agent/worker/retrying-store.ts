import { setTimeout as sleep } from 'node:timers/promises';
import { Conflict, Damaged, wrapStore, type Store } from '../core/store.ts';

/** Short waits: an outcome must be saved before the lease of its call ends. */
const [FIRST_WAIT_MS, MAX_WAIT_MS] = [100, 500];

/**
 * Retries appends for `retryForMs` while the store is unavailable, so that the answer of a model
 * and the outcome of a call survive the restart of a database. If an append was saved although it
 * failed, the next attempt is a conflict. After a conflict, retries the load that decides whether
 * the event still counts.
 */
export function retryingStore(store: Store, retryForMs = 120_000): Store {
  const conflicted = new Set<string>();
  return wrapStore(store, {
    load(id) {
      if (!conflicted.delete(id)) return store.load(id);
      return retry(() => store.load(id), retryForMs);
    },
    async append(...event) {
      try {
        return await retry(() => store.append(...event), retryForMs);
      } catch (error) {
        if (error instanceof Conflict) conflicted.add(event[0]);
        throw error;
      }
    },
  });
}

async function retry<T>(request: () => Promise<T>, retryForMs: number): Promise<T> {
  const end = performance.now() + retryForMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await request();
    } catch (error) {
      if (isPermanent(error) || performance.now() + waitMs > end) throw error;
      await sleep(waitMs);
    }
  }
}

function isPermanent(error: unknown): boolean {
  const permanent = [Conflict, Damaged, TypeError];
  return permanent.some((kind) => error instanceof kind);
}
