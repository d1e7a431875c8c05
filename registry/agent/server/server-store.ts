import { oneLine, Refused } from '../core/errors.ts';
import { Conflict, Damaged, wrapStore, type Store } from '../core/store.ts';
import { watchers } from '../store/watchers.ts';

/** The store failed, or did not answer in time. `cause` says how. */
export class StoreUnavailable extends Error {}

/**
 * The store as the server uses it. It throws `StoreUnavailable` if the store fails or takes more
 * than `timeoutMs`. What is appended through it calls the watchers at once, even if the store
 * itself cannot watch.
 */
export function serverStore(store: Store, timeoutMs = 10_000): Store {
  const local = watchers();
  return wrapStore(store, {
    load: async (id) => settle(store.load(id), timeoutMs),
    list: async (query) => settle(store.list(query), timeoutMs),
    async append(id, ...event) {
      const version = await settle(store.append(id, ...event), timeoutMs);
      local.notify(id);
      return version;
    },
    watch(id, onAppend) {
      const unwatchLocal = local.watch(id, onAppend);
      const unwatchStore = watchStore(store, id, onAppend);
      return () => {
        unwatchLocal();
        unwatchStore();
      };
    },
  });
}

/** Without a connection, a store cannot watch: the server then notices other appends by polling. */
function watchStore(store: Store, id: string, onAppend: () => void): () => void {
  try {
    return store.watch?.(id, onAppend) ?? (() => {});
  } catch {
    return () => {};
  }
}

/** @throws StoreUnavailable for every error that is not an answer of the store */
async function settle<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } catch (cause) {
    if (isAnswer(cause)) throw cause;
    throw new StoreUnavailable(`the store failed: ${oneLine(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function isAnswer(error: unknown): boolean {
  if (error instanceof Conflict || error instanceof Damaged) return true;
  return error instanceof Refused && error.fault !== undefined;
}
