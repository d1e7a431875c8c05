import type { Event } from '../core/event.ts';
import type { WatchableStore } from './watchable-store.ts';

/** A thread can have 16 million characters: more at once would fill the memory. */
const MAX_LOADS = 4;
/** ms without a read after which a thread is forgotten. */
const KEPT_MS = 250;

/** A thread at one version. */
type SharedLoad = { readonly events: Promise<Event[]>; readonly timer: NodeJS.Timeout };

/**
 * Lets the readers of a thread at one version share one load. At most four loads run at once, and
 * four threads are kept.
 */
export function sharingStore(store: WatchableStore): WatchableStore {
  const loads = new Map<string, SharedLoad>();
  const limit = limiter(MAX_LOADS);
  const loadInTurn = (id: string) => limit(() => store.load(id));

  function startLoad(key: string, id: string): SharedLoad {
    const [oldest] = loads.keys();
    if (oldest !== undefined && loads.size >= MAX_LOADS) forget(oldest);
    const events = loadInTurn(id);
    const timer = setTimeout(forget, KEPT_MS, key).unref();
    const load = { events, timer };
    loads.set(key, load);
    events.catch(() => forget(key));
    return load;
  }
  function forget(key: string): void {
    clearTimeout(loads.get(key)?.timer);
    loads.delete(key);
  }
  return {
    ...store,
    async load(id) {
      const version = await store.version?.(id);
      if (version === undefined) return loadInTurn(id);
      const key = `${id} ${version}`;
      const load = loads.get(key) ?? startLoad(key, id);
      load.timer.refresh();
      return load.events;
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
