import { agentClient, type AgentClient } from '../client/client.ts';
import type { ThreadSummary } from '../api/api.ts';
import { ApiError } from '../client/request.ts';
import { isPast } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { areDeliveries, callsIn, isEvent, type Event } from '../core/event.ts';
import { threadIdOf } from '../core/people.ts';
import type { Draft } from '../core/model.ts';
import { Damaged, type Thread, type ThreadInfo } from '../core/store.ts';
import { initial, reduce } from '../core/thread.ts';
import { remark } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { draftLines } from './event-view.ts';
import { printEvent } from './print-thread.ts';
import type { Backend } from './types.ts';

/** ms for which a request is repeated. */
const RETRY_MS = 3_000;
/** Attempts to reach a lost server from a pipe. */
const MAX_TRIES = 5;

/** A server, and the token that it may ask for. */
export type Server = { readonly url: string; readonly token?: string | undefined };

type Connection = {
  readonly server: Server;
  readonly client: AgentClient;
  readonly screen: Screen;
  /** Threads as far as their events are printed, by id. */
  readonly printed: Map<string, Thread>;
  /** Keys of the messages, and calls that were answered, from this terminal. */
  readonly own: Set<string>;
};

/** An agent on a server, which runs threads by itself. */
export function remoteBackend(server: Server, screen: Screen): Backend {
  const { url, token } = server;
  const drafts = screen.draft !== undefined;
  const client = agentClient({ url, ...(token && { token }), retryForMs: RETRY_MS, drafts });
  const connection = {
    server,
    client,
    screen,
    printed: new Map<string, Thread>(),
    own: new Set<string>(),
  };
  return {
    introduction: [`The agent is at ${url}.`],
    now: Date.now,
    assertReady: () => undefined,
    load: (id) => load(connection, id),
    follow: (id) => follow(connection, id),
    list: async (query) => (await request(server, client.list(query))).threads.map(toInfo),
    async start(text, agent) {
      const body = { message: text, ...(agent && { agent }) };
      const { id } = await sendMessage(connection, (key) => client.launch(body, key));
      connection.printed.set(id, { id, events: [], state: initial });
      return { id };
    },
    say: (id, text) => sendMessage(connection, (key) => client.say(id, { message: text }, key)),
    approve: (call_id, decision) =>
      settle(connection, call_id, (id) => client.approve(id, { call_id, ...decision })),
    edit(call_id, step) {
      const edit = { call_id, approved: true, step };
      return settle(connection, call_id, (id) => client.approve(id, edit));
    },
    answer: (call_id, text) =>
      settle(connection, call_id, (id) => client.respond(id, { call_id, text })),
    cancel: (id, reason) => request(server, client.cancel(id, reason ? { reason } : {})),
    fork: (id, version) => request(server, client.fork(id, version ? { version } : {})),
    lift: (id) => request(server, client.lift(id)),
    async advance(id) {
      for await (const thread of follow(connection, id)) if (!isMoving(thread)) return thread;
      return load(connection, id);
    },
    async moved({ id, events }, signal) {
      for await (const { event } of client.events(id, { after: events.length, signal }))
        if (!areDeliveries([event])) return;
    },
  };
}

/** A server of an earlier version sends no details. */
function toInfo({ id, status, version, due, owner, ...details }: ThreadSummary): ThreadInfo {
  const { first_message, open, usage, created, updated, agent, parent } = details;
  const info = { id, status, version, due: due ?? undefined, owner: owner ?? undefined };
  if (first_message === null || !usage || !created || !updated) return info;
  // Without strictNullChecks, zod infers what may be null as optional.
  const { approvers } = open ?? {};
  const call = open && {
    ...open,
    intent: open.intent,
    due: open.due,
    ...(approvers && { approvers }),
  };
  const family = { ...(agent && { agent }), ...(parent && { parent }) };
  return { ...info, details: { first_message, open: call, usage, created, updated, ...family } };
}

/** Throws a failed call as what a person can do about it. */
const request = <T>(server: Server, call: Promise<T>): Promise<T> =>
  call.catch((error: unknown) => {
    throw toRefused(error, server);
  });

async function load({ server, client, printed }: Connection, id: string): Promise<Thread> {
  const events = await request(server, eventsOf(client, id));
  const thread = { id, events, state: events.reduce(reduce, initial) };
  if (!printed.has(id)) printed.set(id, thread);
  return thread;
}

/** Prints each event that is not printed yet, and yields the thread after it. */
async function* follow(connection: Connection, id: string): AsyncGenerator<Thread> {
  const { server, client, printed, screen } = connection;
  const { events } = await load(connection, id);
  const known = printed.get(id);
  if (events.length === 0 || !known) return;
  let thread = known;
  for (const event of events.slice(known.events.length)) thread = print(connection, thread, event);
  yield thread;
  const onLost = (error: unknown, tries: number) => reportLost(connection, error, tries);
  const { draft: show } = screen;
  const onDraft = (draft?: Draft) => show?.(draft ? draftLines(thread.events, draft, screen) : []);
  const options = { after: thread.events.length, onLost, ...(show && { onDraft }) };
  try {
    for await (const { event } of client.events(id, options)) {
      thread = print(connection, thread, checked(event));
      yield thread;
    }
  } catch (error) {
    throw toRefused(error, server);
  }
}

function print({ screen, printed, own }: Connection, thread: Thread, event: Event): Thread {
  const next = append(thread, event);
  printed.set(thread.id, next);
  printEvent(screen, thread.id, next.events, isOwn(own, event));
  return next;
}

/** Prints that the server is lost. @throws `error` in the end, in a pipe */
function reportLost({ server, screen }: Connection, error: unknown, tries: number): void {
  const text = `${server.url} does not answer. Trying again; Ctrl-C leaves.`;
  if (tries === 1) screen.print(remark(screen, 'bad', text));
  if (tries === MAX_TRIES && !screen.interactive) throw error;
}

async function settle(
  { server, own }: Connection,
  call_id: string,
  send: (id: string) => Promise<unknown>,
): Promise<void> {
  await request(server, send(threadIdOf(call_id)));
  own.add(call_id);
}

function sendMessage(
  { server, own }: Connection,
  send: (key: string) => Promise<{ id: string }>,
): Promise<{ id: string }> {
  const key = crypto.randomUUID();
  own.add(key);
  return request(server, send(key));
}

const append = ({ id, events, state }: Thread, event: Event): Thread => ({
  id,
  events: [...events, event],
  state: reduce(state, event),
});

/** A server may send anything, and its calls are in hints. @throws Refused */
function checked(event: Event): Event {
  const isSafe = (call_id: string) => /^[\w-]+:\d+$/.test(call_id);
  const ids = isEvent(event) ? callIdsOf(event) : ['none'];
  if (ids.every(isSafe)) return event;
  throw new Refused('The server does not answer like an agent.');
}

function callIdsOf(event: Event): readonly string[] {
  const ids = callsIn([event]).map(({ call_id }) => call_id);
  if ('call_id' in event) ids.push(event.call_id);
  return ids;
}

/** @throws Damaged */
async function eventsOf(client: AgentClient, id: string): Promise<readonly Event[]> {
  try {
    return (await client.get(id)).events.map(checked);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw error.status === 500 ? new Damaged(error.error, []) : error;
  }
}

/** Whether an event was caused here. The server's key contains ours. */
function isOwn(own: ReadonlySet<string>, event: Event): boolean {
  if (event.type !== 'message') return 'call_id' in event && own.has(event.call_id);
  const { idempotency_key: key = '' } = event;
  return [...own].some((one) => key.includes(one));
}

/** Whether the server is about to move the thread. */
function isMoving({ state: { status, open } }: Thread): boolean {
  if (status === 'thinking' || status === 'ready' || status === 'running') return true;
  const isDenied = open?.objection && 'deny' in open.objection;
  return isDenied || isPast(open?.due, Date);
}

/** A failed call to the server, as what a person can do about it. */
function toRefused(error: unknown, { url, token }: Server): unknown {
  if (!(error instanceof ApiError)) return error;
  // The agent at another path says so, and no other server does.
  const hint = /^There is no [A-Z]+ \//.test(error.error) ? ` Is the path of ${url} right?` : '';
  if (error.status !== 401) return new Refused(error.error + hint);
  if (token) return new Refused(`${url} does not accept this API_TOKEN.`);
  return new Refused(`${url} needs a token: set its API_TOKEN in .env.`);
}
