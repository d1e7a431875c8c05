import { wrapStore, type Store } from '../core/store.ts';
import { watchers } from '../store/watchers.ts';

/** The same store, telling watchers at once of what is appended through it, and of the rest if the store can. */
export function withWakes(store: Store): Store {
  const here = watchers();
  return wrapStore(store, {
    async append(id, ...event) {
      const version = await store.append(id, ...event);
      here.notify(id);
      return version;
    },
    watch(id, onAppend) {
      const ends = [here.watch(id, onAppend), store.watch?.(id, onAppend)];
      return () => ends.forEach((end) => end?.());
    },
  });
}
