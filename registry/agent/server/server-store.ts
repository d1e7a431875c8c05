import { oneLine, Refused } from '../core/errors.ts';
import { Conflict, Damaged, type Store, wrapStore } from '../core/store.ts';
import { watchers } from '../store/watchers.ts';

/** The store failed, or did not answer in time; `cause` says how. */
export class Outage extends Error {}

/** The same store, whose own failures are an `Outage`, and which never keeps a request waiting for longer. */
export function withOutages(store: Store, timeoutMs = 10_000): Store {
  return wrapStore(store, {
    load: (id) => answered(store.load(id), timeoutMs),
    append: (...event) => answered(store.append(...event), timeoutMs),
    list: (query) => answered(store.list(query), timeoutMs),
  });
}

async function answered<T>(asked: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([asked, late]);
  } catch (cause) {
    const isAnswer =
      cause instanceof Conflict ||
      cause instanceof Damaged ||
      (cause instanceof Refused && cause.fault);
    throw isAnswer ? cause : new Outage(`the store failed: ${oneLine(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The same store, telling watchers at once of what is appended through it, and of the rest if the store can. */
export function withWakes(store: Store): Store {
  const here = watchers();
  return wrapStore(store, {
    async append(id, ...event) {
      const version = await store.append(id, ...event);
      here.tell(id);
      return version;
    },
    watch(id, onAppend) {
      const ends = [here.watch(id, onAppend), store.watch?.(id, onAppend)];
      return () => ends.forEach((end) => end?.());
    },
  });
}
