import {
  ThreadQuery,
  type ThreadDocument,
  type ThreadPage,
  type ThreadSummary,
} from '../api/api.ts';
import type { Agent, OpenTrigger } from '../core/agent.ts';
import { mayHaveChanged, toThreadDocument, type Store, type ThreadInfo } from '../core/store.ts';
import { loadVisibleThread, mayList, visibleQuery, type ApiRequest } from './access.ts';
import { documentResponse } from './document-response.ts';
import { wantsDrafts, type Drafts } from './drafts.ts';
import { eventStream } from './event-stream.ts';
import { HttpError, notCached } from './http-errors.ts';
import { parseInput } from './request-body.ts';
import type { WatchableStore } from './watchable-store.ts';

type ReadContext = Pick<Agent, 'policy'> & {
  readonly store: WatchableStore;
  readonly drafts: Drafts;
  /** ms between two reads of a thread whose events are streamed. */
  readonly pollMs: number;
  /** Ends the event streams. */
  readonly stopping: AbortSignal;
};

type GetHandler = (request: ApiRequest) => Promise<Response>;

/** Makes the handlers of the operations that read threads. */
export function getHandlers(context: ReadContext) {
  return {
    list: listHandler(context),
    get: threadHandler(context),
    events: eventsHandler(context),
  };
}

function listHandler({ store, policy }: ReadContext): GetHandler {
  return async ({ principal, request }) => {
    const { limit, ...filter } = parseInput(ThreadQuery, queryOf(request));
    // One thread more than the page tells whether there is a next page.
    const query = { ...filter, limit: limit + 1 };
    const found = await store.list(visibleQuery(principal, policy, query));
    const page = found.slice(0, limit);
    const last = page.slice(-1)[0]?.id ?? null;
    const next = found.length > limit ? last : null;
    // The store does not know approvers: a page can have fewer threads.
    const visible = page.filter((info) => mayList(principal, policy, info));
    const threads = visible.map(toSummary);
    return json<ThreadPage>({ threads, next });
  };
}

function toSummary({ id, status, version, due, owner, details }: ThreadInfo): ThreadSummary {
  const fields = {
    id,
    status,
    version,
    due: due ?? null,
    owner: owner ?? null,
  };
  return { ...fields, ...(details ?? noDetails) };
}

const noDetails = {
  first_message: null,
  open: null,
  usage: null,
  created: null,
  updated: null,
};

/** Names that proxies, browsers and trackers add. */
const ignored = /^(?:_|utm_\w+)$/;

/** @throws HttpError if a name occurs twice: it is unclear which value counts */
function queryOf({ url }: Request): object {
  const pairs = [...new URL(url).searchParams].filter(([name]) => !ignored.test(name));
  const query = Object.fromEntries(pairs);
  if (Object.keys(query).length === pairs.length) return query;
  throw new HttpError(400, 'A name occurs twice in the query.');
}

function threadHandler({ store, policy }: ReadContext): GetHandler {
  return async (request) => {
    const { id } = request;
    const thread = await loadVisibleThread(store, policy, request);
    const document: ThreadDocument = toThreadDocument(thread);
    // A function that used `thread` would keep it in memory.
    return documentResponse(document, () => store.load(id));
  };
}

function eventsHandler(context: ReadContext): GetHandler {
  const { store, policy, drafts, pollMs, stopping } = context;
  return async ({ principal, id, request }) => {
    const read = () => loadVisibleThread(store, policy, { principal, id });
    const { events, state } = await read();
    const seen = lastEventId(request);
    if (seen > events.length) throw restoredThread(seen, events.length);
    // A browser does not connect again after 204.
    if (state.status === 'cancelled' && seen === events.length)
      return new Response(null, { status: 204 });
    const watch = (onAppend: () => void) => store.watch(id, onAppend);
    const hasChanged = (version: number) => mayHaveChanged(store, id, version);
    const source = { read, hasChanged, watch, pollMs, stopping };
    if (!wantsDrafts(request)) return eventStream(source, seen);
    return eventStream({ ...source, drafts: drafts.sourceOf(id) }, seen);
  };
}

/** A backup was restored, and the client has events that are gone. */
function restoredThread(seen: number, length: number): HttpError {
  const message = `Last-Event-ID is ${seen}, and the thread has ${length} events: read it again.`;
  return new HttpError(409, message);
}

/** @throws HttpError */
function lastEventId({ headers }: Request): number {
  const id = headers.get('last-event-id') || '0';
  if (/^\d{1,9}$/.test(id)) return Number(id);
  const message = 'Last-Event-ID must be the id of an event of this stream.';
  throw new HttpError(400, message);
}

/** Reuse a result for this many ms: a check needs no token, but queries the store. */
const HEALTH_MS = 1_000;

type Triggers = ReadonlyMap<string, OpenTrigger>;

/**
 * Makes the handler of the health check: 200 if the store can be queried. It also names triggers
 * that do not work.
 */
export function healthHandler(store: Store, triggers: Triggers): () => Promise<Response> {
  let check: Promise<unknown>;
  let validUntil = -Infinity;
  return async () => {
    const now = performance.now();
    if (validUntil <= now) {
      validUntil = now + HEALTH_MS;
      check = store.list({ limit: 1 });
    }
    await check;
    const found = [...triggers].flatMap(([name, { problem }]) => {
      const text = problem?.();
      return text === undefined ? [] : [[name, text] as const];
    });
    if (found.length === 0) return json({ status: 'ok' });
    return json({ status: 'ok', problems: Object.fromEntries(found) });
  };
}

function json<T>(value: T): Response {
  return Response.json(value, { headers: notCached });
}
