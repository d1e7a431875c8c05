import { toThreadDocument } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import { visibleQuery, visibleThread } from './access.ts';
import { PageQuery, type Page, type ThreadDocument } from '../api/api.ts';
import { check } from './request-body.ts';
import { noStore, Problem } from './http-errors.ts';
import type { Read, Site } from './post-handlers.ts';
import { eventStream } from './event-stream.ts';

/** ms for which the health that was found holds: whoever asks needs no token, and a look is a query. */
const HEALTH_MS = 1_000;

/** What can be looked at from outside. */
export function readsOf({ store, policy, lookEveryMs, ending }: Site) {
  const list: Read = async (principal, _, { url }) => {
    const { limit, ...query } = check(PageQuery, queryIn(url));
    const found = await store.list(visibleQuery(principal, policy, { ...query, limit: limit + 1 }));
    const threads = found
      .slice(0, limit)
      .map(({ id, status, version, due = null }) => ({ id, status, version, due }));
    const next = found.length > limit ? (threads.at(-1)?.id ?? null) : null;
    return json<Page>({ threads, next });
  };

  const get: Read = async (principal, id) =>
    json<ThreadDocument>(toThreadDocument(await visibleThread(store, principal, policy, id)));

  const events: Read = async (principal, id, { headers }) => {
    const read = async () => visibleThread(store, principal, policy, id);
    const { events: saved, state } = await read();
    const last = headers.get('last-event-id') || '0';
    if (!/^\d{1,9}$/.test(last))
      throw new Problem(400, 'A Last-Event-ID is the id of an event that was sent.');
    // A browser takes 204 for: do not connect again.
    if (state.status === 'cancelled' && Number(last) >= saved.length)
      return new Response(null, { status: 204 });
    const watch = (onAppend: () => void) => watchIfItCan(store, id, onAppend);
    return eventStream({ read, watch, lookEveryMs, signal: ending }, Number(last));
  };

  const look = onceIn(HEALTH_MS, async () => store.list({ limit: 1 }));
  const health = async () => {
    await look();
    return json({ status: 'ok' });
  };
  return { list, get, events, health };
}

/** @throws Problem if a name comes twice: nobody knows which one counts */
function queryIn(url: string): object {
  const pairs = [...new URL(url).searchParams];
  const query = Object.fromEntries(pairs);
  if (Object.keys(query).length < pairs.length)
    throw new Problem(400, 'A query has each name once.');
  return query;
}

/** A store that cannot tell now is looked at, now and then, as one that never can. */
function watchIfItCan(store: Store, id: string, onAppend: () => void): () => void {
  try {
    return store.watch?.(id, onAppend) ?? (() => {});
  } catch {
    return () => {};
  }
}

/** Does it once in `ms`, however often it is called meanwhile; all get what came of it. */
function onceIn<T>(ms: number, work: () => Promise<T>): () => Promise<T> {
  let last: { readonly until: number; readonly result: Promise<T> } | undefined;
  return async () => {
    if (!last || last.until <= performance.now())
      last = { until: performance.now() + ms, result: work() };
    return last.result;
  };
}

const json = <T>(value: T): Response => Response.json(value, { headers: noStore });
