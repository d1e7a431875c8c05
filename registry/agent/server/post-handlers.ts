import type { Context } from 'hono';
import type * as z from 'zod';
import type { Accepted, Approval, Cancel, Failure, Reply, Result, Said } from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { EventOf } from '../core/event.ts';
import {
  type AgentForPeople,
  answer,
  approve,
  cancel,
  type Message,
  report,
  say,
  start,
} from '../core/people.ts';
import { load, type Store, type Thread } from '../core/store.ts';
import type { Worker } from '../worker/worker.ts';
import { ownThread, visibleThread } from './access.ts';
import type { Principal } from './authenticate.ts';
import { noStore, Problem, toResponse } from './http-errors.ts';
import { readBody } from './request-body.ts';

/** The channel on messages from here. */
const channel = 'http';

/** In a thread, before it takes no more messages. */
const MOST_CHARACTERS = 16_777_216;

/** A checked request. `id` is the thread in its path; `key` its `Idempotency-Key`. */
export type Call<B> = {
  readonly principal: Principal;
  readonly id: string;
  readonly key: string | undefined;
  readonly body: B;
};

/** What people and programs do to threads from outside. Each saves one event, or none, and runs nothing. */
export function actsOf(desk: AgentForPeople & { readonly store: Store }) {
  const own = async ({ principal, id }: Call<unknown>) => ownThread(desk.store, principal, id);
  return {
    async launch(call: Call<Said>): Promise<Thread> {
      return unlessOther(await start(desk, messageOf(call)), call);
    },
    async say(call: Call<Said>): Promise<Thread> {
      assertRoom(await own(call));
      return unlessOther(await say(desk, call.id, messageOf(call)), call);
    },
    async respond(call: Call<Reply>): Promise<Thread> {
      await own(call);
      return answer(desk, callIn(call), { by: call.principal.name, text: call.body.text });
    },
    async approve(call: Call<Approval>): Promise<Thread> {
      await visibleThread(desk.store, call.principal, desk.policy, call.id);
      const { approved, comment } = call.body;
      return approve(desk, callIn(call), {
        approved,
        by: call.principal.name,
        ...(comment && { comment }),
      });
    },
    async report(call: Call<Result>): Promise<Thread> {
      await own(call);
      return report(desk, callIn(call), call.body);
    },
    async cancel(call: Call<Cancel>): Promise<Thread> {
      await own(call);
      return cancel(desk, call.id, { by: call.principal.name, ...call.body });
    },
  };
}

/** The call that is meant, if it is one of the thread in the path. @throws Refused */
function callIn({ id, body: { call_id } }: Call<{ call_id: string }>): string {
  if (call_id.startsWith(`${id}:`) && /^\d+$/.test(call_id.slice(id.length + 1))) return call_id;
  throw new Refused(`${call_id} is not a call of ${id}.`, 'late');
}

/** Whoever looks at a thread reads all of it. @throws Problem */
function assertRoom({ id, events }: Thread): void {
  if (JSON.stringify(events).length > MOST_CHARACTERS)
    throw new Problem(413, `${id} is too long for more messages. Start a new thread.`);
}

/** Two principals may have the same key. */
const messageKey = ({ principal, key }: Call<Said>) => key && JSON.stringify([principal.name, key]);

function messageOf(call: Call<Said>): Message {
  const { message: text, data } = call.body;
  const idempotency_key = messageKey(call);
  const content = { ...(text !== undefined && { text }), ...(data !== undefined && { data }) };
  return {
    channel,
    from: call.principal.name,
    ...content,
    ...(idempotency_key && { idempotency_key }),
  };
}

/** @throws Problem if the key has come before, with something else */
function unlessOther(thread: Thread, call: Call<Said>): Thread {
  const key = messageKey(call);
  const isIt = (event: Thread['events'][number]): event is EventOf<'message'> =>
    event.type === 'message' && event.channel === channel && event.idempotency_key === key;
  const said = key === undefined ? undefined : thread.events.find(isIt);
  if (
    !said ||
    JSON.stringify([said.text, said.data]) === JSON.stringify([call.body.message, call.body.data])
  )
    return thread;
  throw new Problem(422, 'This Idempotency-Key has come before, with another body.');
}

/** What all routes share. */
export type Site = Pick<Agent, 'store' | 'now' | 'policy'> & {
  readonly worker: Worker;
  identify(request: Request): Promise<Principal | undefined>;
  log(line: string): void;
  /** ms between two looks for new events. */
  readonly lookEveryMs: number;
  /** Fires when the server ends. */
  readonly ending: AbortSignal;
};

type Route = (c: Context) => Promise<Response>;

/** Makes routes of what is done to threads: checked, saved, answered with 202; then the worker moves the thread on. */
export const toActRoute =
  (site: Site) =>
  <B>(
    { body }: { readonly body: z.ZodType<B> },
    perform: (call: Call<B>) => Promise<Thread>,
  ): Route =>
  async (c) => {
    const id = c.req.param('id') ?? '';
    try {
      const principal = await principalOf(site, c.req.raw);
      const call = { principal, id, key: keyOf(c), body: await readBody(c.req.raw, body) };
      const { state, ...thread } = await perform(call);
      site.worker.advance(thread.id);
      const accepted: Accepted = { id: thread.id, status: state.status };
      return c.json(accepted, 202, noStore);
    } catch (error) {
      const isLate = error instanceof Refused && error.fault === 'late';
      return toResponse(error, site.log, isLate ? await whereItIs(site.store, id) : {});
    }
  };

export type Read = (principal: Principal, id: string, request: Request) => Promise<Response>;

export const toReadRoute =
  (site: Site) =>
  (read: Read): Route =>
  async (c) =>
    read(await principalOf(site, c.req.raw), c.req.param('id') ?? '', c.req.raw);

/** @throws Problem */
async function principalOf({ identify }: Site, request: Request): Promise<Principal> {
  const principal = await identify(request);
  if (principal) return principal;
  throw new Problem(401, 'Send a valid token: authorization: Bearer ...', {
    'www-authenticate': 'Bearer',
  });
}

function keyOf(c: Context): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || (key !== '' && key.length <= 255)) return key;
  throw new Problem(400, 'An Idempotency-Key has 1 to 255 characters.');
}

async function whereItIs(store: Store, id: string): Promise<Partial<Failure>> {
  const { state } = await load(store, id);
  return { status: state.status, open: state.open ?? null };
}
