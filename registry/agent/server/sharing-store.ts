import type { Event } from '../core/event.ts';
import type { WatchableStore } from './watchable-store.ts';

/** A thread can have 16 million characters: more at once would fill the memory. */
const MAX_LOADS = 4;

/**
 * Lets many event streams of a thread share one load: those that ask while the thread has the same
 * version. A few threads are loaded at the same time; the others wait.
 */
export function sharingStore(store: WatchableStore): WatchableStore {
  const loads = new Map<string, Promise<Event[]>>();
  const limit = limiter(MAX_LOADS);
  const loadInTurn = async (id: string) => limit(async () => store.load(id));
  return {
    ...store,
    async load(id) {
      const version = await store.version?.(id);
      if (version === undefined) return loadInTurn(id);
      const key = `${id} ${version}`;
      const load = loads.get(key) ?? loadInTurn(id).finally(() => loads.delete(key));
      loads.set(key, load);
      return load;
    },
  };
}

/** Makes a function that runs its argument as soon as fewer than `max` others run. */
function limiter(max: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < max) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const startNext = waiting.shift();
      if (startNext) startNext();
      else running -= 1;
    }
  };
}
