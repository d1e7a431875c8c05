import { EventEmitter } from 'node:events';
import { wrapStore, type Store } from '../core/store.ts';

export type WatchableStore = Store & Required<Pick<Store, 'watch'>>;

/**
 * Adds `watch` to a store. What is appended through it calls the watchers at once, even if the
 * store itself cannot watch.
 */
export function watchableStore(store: Store): WatchableStore {
  const appends = new EventEmitter().setMaxListeners(0);
  const eventOf = (id: string) => `append to ${id}`;
  const wrapped = wrapStore(store, {
    async append(id, ...event) {
      const version = await store.append(id, ...event);
      appends.emit(eventOf(id));
      return version;
    },
  });
  return {
    ...wrapped,
    watch(id, onAppend) {
      const unwatch = watchOthers(store, id, onAppend);
      appends.on(eventOf(id), onAppend);
      return () => {
        appends.off(eventOf(id), onAppend);
        unwatch();
      };
    },
  };
}

/** Without a connection, a store cannot watch: the server then notices other appends by polling. */
function watchOthers(store: Store, id: string, onAppend: () => void): () => void {
  try {
    return store.watch?.(id, onAppend) ?? (() => undefined);
  } catch {
    return () => undefined;
  }
}
