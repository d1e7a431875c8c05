import { ThreadQuery, type ThreadDocument, type ThreadPage } from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import { toThreadDocument, type Store } from '../core/store.ts';
import { loadVisibleThread, visibleQuery, type ApiRequest } from './access.ts';
import { eventStream } from './event-stream.ts';
import { HttpError, notCached } from './http-errors.ts';
import { parseInput } from './request-body.ts';

type ReadContext = Pick<Agent, 'store' | 'policy'> & {
  /** ms between two reads of a thread whose events are streamed. */
  readonly pollMs: number;
  /** Ends the event streams. */
  readonly stopping: AbortSignal;
};

/** Makes the handlers of the operations that read threads. */
export function getHandlers(context: ReadContext) {
  return {
    list: async (request: ApiRequest) => listThreads(context, request),
    get: async (request: ApiRequest) => getThread(context, request),
    events: async (request: ApiRequest) => streamEvents(context, request),
  };
}

async function listThreads(
  { store, policy }: ReadContext,
  { principal, request }: ApiRequest,
): Promise<Response> {
  const { limit, ...filter } = parseInput(ThreadQuery, queryOf(request));
  // One more than the page has says whether there is another page.
  const query = visibleQuery(principal, policy, { ...filter, limit: limit + 1 });
  const found = await store.list(query);
  const threads = found
    .slice(0, limit)
    .map(({ id, status, version, due = null }) => ({ id, status, version, due }));
  const last = threads.at(-1)?.id ?? null;
  return json<ThreadPage>({ threads, next: found.length > limit ? last : null });
}

/** @throws HttpError if a name occurs twice: it is unclear which value counts */
function queryOf({ url }: Request): object {
  const pairs = [...new URL(url).searchParams];
  const query = Object.fromEntries(pairs);
  if (Object.keys(query).length === pairs.length) return query;
  throw new HttpError(400, 'A name occurs twice in the query.');
}

async function getThread({ store, policy }: ReadContext, request: ApiRequest): Promise<Response> {
  const thread = await loadVisibleThread(store, policy, request);
  return json<ThreadDocument>(toThreadDocument(thread));
}

async function streamEvents(
  { store, policy, pollMs, stopping }: ReadContext,
  { principal, id, request }: ApiRequest,
): Promise<Response> {
  const read = async () => loadVisibleThread(store, policy, { principal, id });
  const { events, state } = await read();
  const lastId = request.headers.get('last-event-id') || '0';
  if (!/^\d{1,9}$/.test(lastId))
    throw new HttpError(400, 'Last-Event-ID must be the id of an event of this stream.');
  const seen = Number(lastId);
  // A browser does not connect again after 204.
  if (state.status === 'cancelled' && seen >= events.length)
    return new Response(null, { status: 204 });
  const watch = (onAppend: () => void) => store.watch?.(id, onAppend) ?? (() => {});
  return eventStream({ read, watch, pollMs, stopping }, seen);
}

/** ms for which a result of the health check is reused: it needs no token, and queries the store. */
const HEALTH_MS = 1_000;

/** Makes the handler of the health check: 200 if the store can be queried. */
export function healthHandler(store: Store): () => Promise<Response> {
  let last = { until: -Infinity, check: Promise.resolve<unknown>(undefined) };
  return async () => {
    const now = performance.now();
    if (last.until <= now) last = { until: now + HEALTH_MS, check: store.list({ limit: 1 }) };
    await last.check;
    return json({ status: 'ok' });
  };
}

function json<T>(value: T): Response {
  return Response.json(value, { headers: notCached });
}
