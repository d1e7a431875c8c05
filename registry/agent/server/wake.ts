import { layer, type Store } from '../store/store.ts';

/** The same store, telling watchers at once of what is appended through it, and of the rest if the store can. */
export function withWakes(store: Store): Store {
  const watchers = new Map<string, Set<() => void>>();
  return layer(store, {
    async append(id, ...event) {
      const version = await store.append(id, ...event);
      for (const wake of watchers.get(id) ?? []) wake();
      return version;
    },
    watch(id, onAppend) {
      const awake = watchers.get(id) ?? new Set();
      watchers.set(id, awake.add(onAppend));
      const stop = store.watch?.(id, onAppend);
      return () => {
        awake.delete(onAppend);
        if (awake.size === 0) watchers.delete(id);
        stop?.();
      };
    },
  });
}
