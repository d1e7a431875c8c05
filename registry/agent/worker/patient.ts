import { setTimeout as sleep } from 'node:timers/promises';
import { Conflict, Damaged, wrapStore, type Store } from '../core/store.ts';

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
