import { oneLine, Refused } from '../core/errors.ts';
import { Conflict, Damaged, wrapStore, type Store } from '../core/store.ts';

/** The store failed, or did not answer in time. The message says how. */
export class StoreUnavailable extends Error {}

/** Throws `StoreUnavailable` if the store fails or takes more than `timeoutMs`. */
export function timeLimitedStore(store: Store, timeoutMs = 10_000): Store {
  const { create, version } = wrapStore(store, {});
  const limit = <T>(work: () => Promise<T>) => withTimeLimit(work, timeoutMs);
  return wrapStore(store, {
    ...(version && { version: (id) => limit(() => version(id)) }),
    ...(create && { create: (...thread) => limit(() => create(...thread)) }),
    load: (id) => limit(() => store.load(id)),
    list: (query) => limit(() => store.list(query)),
    append: (...event) => limit(() => store.append(...event)),
  });
}

/** @throws StoreUnavailable for every error that is not an answer of the store */
async function withTimeLimit<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`no answer in ${timeoutMs} ms`));
    timer = setTimeout(fail, timeoutMs);
  });
  try {
    return await Promise.race([work(), timeout]);
  } catch (error) {
    if (isAnswer(error)) throw error;
    throw new StoreUnavailable(`the store failed: ${oneLine(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function isAnswer(error: unknown): boolean {
  if (error instanceof Conflict || error instanceof Damaged) return true;
  return error instanceof Refused && error.fault !== undefined;
}
