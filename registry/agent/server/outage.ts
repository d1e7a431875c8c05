import { oneLine, Refused } from '../core/errors.ts';
import { Conflict, Damaged, wrapStore, type Store } from '../core/store.ts';

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
