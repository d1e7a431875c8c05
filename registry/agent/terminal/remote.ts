import { agentClient, type AgentClient } from '../client/client.ts';
import { ApiError } from '../client/request.ts';
import { isPast } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { threadIdOf } from '../core/people.ts';
import { Damaged, type Thread } from '../core/store.ts';
import { initialState, reduce } from '../core/thread.ts';
import type { Screen } from '../screen/screen.ts';
import { remark } from '../screen/text.ts';
import { isEvent } from '../store/is-event.ts';
import type { Backend } from './backend.ts';
import { allThreads } from './list.ts';
import { narrate } from './narrate.ts';

/** ms for which the terminal waits for a server that does not answer. */
const PATIENCE_MS = 3_000;
/** Tries to find a lost server again, where nobody sits who could end them. */
const MOST_TRIES = 5;
/** Threads to read at the same time. */
const AT_ONCE = 20;

/** An agent on a server. It moves threads on by itself; this looks, and says what is typed. */
export function remote({ url, token }: Where, screen: Screen): Backend {
  const client = agentClient({ url, ...(token && { token }), patienceMs: PATIENCE_MS });
  const asked = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => refuse(error, { url, token }));
  /** Threads as far as they are printed. */
  const told = new Map<string, Thread>();
  /** The keys of messages and the calls that were answered here. */
  const mine = new Set<string>();

  async function load(id: string): Promise<Thread> {
    const events = await asked(eventsOf(client, id));
    const thread = { id, events, state: events.reduce(reduce, initialState) };
    if (!told.has(id)) told.set(id, thread);
    return thread;
  }

  function tell(thread: Thread, event: Event): Thread {
    const next = plus(thread, event);
    told.set(thread.id, next);
    narrate(screen, thread.id, next.events, isOneOf(mine, event));
    return next;
  }

  async function* follow(id: string): AsyncGenerator<Thread> {
    const { events } = await load(id);
    const known = told.get(id);
    if (events.length === 0 || !known) return;
    let thread = events.slice(known.events.length).reduce(tell, known);
    yield thread;
    try {
      for await (const { event } of client.events(id, { after: thread.events.length, onLost }))
        yield (thread = tell(thread, checked(event)));
    } catch (error) {
      refuse(error, { url, token });
    }
  }

  /** Says that the server is lost. @throws what it is told, in the end, where nobody sits here */
  function onLost(error: unknown, tries: number): void {
    if (tries === 1)
      screen.print(remark(screen, 'bad', `${url} does not answer. Trying again; Ctrl-C leaves.`));
    if (tries === MOST_TRIES && !screen.interactive) throw error;
  }

  async function settle(call_id: string, act: (id: string) => Promise<unknown>): Promise<void> {
    await asked(act(threadIdOf(call_id)));
    mine.add(call_id);
  }

  async function hear(message: (key: string) => Promise<{ id: string }>): Promise<{ id: string }> {
    const key = crypto.randomUUID();
    mine.add(key);
    return asked(message(key));
  }

  return {
    introduction: [`The agent is at ${url}.`],
    goesOn: true,
    now: Date.now,
    assertReady() {},
    load,
    follow,
    list: () =>
      allThreads({ list: async (page) => (await asked(client.list(page))).threads, load }, AT_ONCE),
    async start(text) {
      const { id } = await hear((key) => client.launch({ message: text }, key));
      told.set(id, { id, events: [], state: initialState });
      return { id };
    },
    say: (id, text) => hear((key) => client.say(id, { message: text }, key)),
    approve: (call_id, decision) =>
      settle(call_id, (id) => client.approve(id, { call_id, ...decision })),
    answer: (call_id, text) => settle(call_id, (id) => client.respond(id, { call_id, text })),
    cancel: (id, reason) => asked(client.cancel(id, reason ? { reason } : {})),
    async advance(id) {
      for await (const thread of follow(id)) if (!isMoving(thread)) return thread;
      return load(id);
    },
    async moved({ id, events }, signal) {
      for await (const _ of client.events(id, { after: events.length, signal })) return;
    },
  };
}

const plus = ({ id, events, state }: Thread, event: Event): Thread => ({
  id,
  events: [...events, event],
  state: reduce(state, event),
});

/** @throws Refused for what is no event: a server is somebody else's, and its calls are shown as something to type */
function checked(event: Event): Event {
  if (isEvent(event) && (!('call_id' in event) || /^[\w-]+:\d+$/.test(event.call_id))) return event;
  throw new Refused('The server does not answer like an agent.');
}

/** All events; none if there is no such thread. @throws Damaged if they cannot be read */
async function eventsOf(client: AgentClient, id: string): Promise<readonly Event[]> {
  try {
    return (await client.get(id)).events.map(checked);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return [];
    throw error.status === 500 ? new Damaged(error.error, []) : error;
  }
}

/** Whether it was said here. A server keeps our key as a part of its own. */
function isOneOf(mine: ReadonlySet<string>, event: Event): boolean {
  if (event.type !== 'message') return 'call_id' in event && mine.has(event.call_id);
  const { idempotency_key: key = '' } = event;
  return [...mine].some((one) => key.includes(one));
}

/** Whether its server is about to move it. */
function isMoving({ state: { status, open } }: Thread): boolean {
  if (status === 'thinking' || status === 'ready' || status === 'running') return true;
  return (open?.objection && 'deny' in open.objection) || isPast(open?.due, Date);
}

/** A server, and what it takes for a proof of who asks. */
export type Where = { readonly url: string; readonly token?: string | undefined };

/** Throws a failed call to a server again, as what a person can do about it. */
export function refuse(error: unknown, where: Where): never {
  throw error instanceof ApiError ? new Refused(sentence(error, where)) : error;
}

function sentence({ status, error, cause }: ApiError, { url, token }: Where): string {
  if (status === 0) return `Nobody answers at ${url}${codeOf(cause)}. Is the server running?`;
  if (status !== 401) return error;
  return token
    ? `${url} does not take this API_TOKEN.`
    : `${url} wants a token: put its API_TOKEN into .env.`;
}

/** What the system calls it: ECONNREFUSED. */
function codeOf(cause: unknown): string {
  const { code } = Object(Object(cause).cause);
  return typeof code === 'string' ? ` (${code})` : '';
}
