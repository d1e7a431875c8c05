import type * as z from 'zod';
import {
  operations,
  type Accepted,
  type AnswerBody,
  type ApprovalBody,
  type CancelBody,
  type MessageBody,
  type ResultBody,
} from '../api/api.ts';
import { Refused } from '../core/errors.ts';
import type { Event, EventOf } from '../core/event.ts';
import * as people from '../core/people.ts';
import { load, type Store, type Thread } from '../core/store.ts';
import type { Worker } from '../worker/worker.ts';
import { loadOwnThread, loadVisibleThread, type ApiRequest } from './access.ts';
import type { Principal } from './authenticate.ts';
import { HttpError, notCached } from './http-errors.ts';
import { readBody } from './request-body.ts';

/** The channel of messages that arrive over HTTP. */
const CHANNEL = 'http';

/** A thread with more characters takes no messages: every request for it reads all of it. */
const MAX_THREAD = 16_777_216;

type WriteContext = people.AgentForPeople & { readonly worker: Pick<Worker, 'advance'> };

/** A checked request. `id` is the thread in its path; `key` is its `Idempotency-Key`. */
type Input<B> = {
  readonly principal: Principal;
  readonly id: string;
  readonly key: string | undefined;
  readonly body: B;
};

/** Makes the handlers of the operations that change threads. */
export function postHandlers(context: WriteContext) {
  return {
    launch: postHandler(context, operations.launch, launch),
    say: postHandler(context, operations.say, say),
    respond: postHandler(context, operations.respond, respond),
    approve: postHandler(context, operations.approve, approve),
    report: postHandler(context, operations.report, report),
    cancel: postHandler(context, operations.cancel, cancel),
  };
}

/**
 * Checks the request, lets `perform` save its event, answers 202, and hands the thread to the
 * worker.
 */
function postHandler<B>(
  context: WriteContext,
  { body: schema }: { readonly body: z.ZodType<B> },
  perform: (context: WriteContext, input: Input<B>) => Promise<Thread>,
) {
  return async ({ principal, id, request }: ApiRequest): Promise<Response> => {
    const key = idempotencyKeyOf(request);
    const input = { principal, id, key, body: await readBody(request, schema) };
    const thread = await withCurrentState(context.store, id, perform(context, input));
    context.worker.advance(thread.id);
    const accepted: Accepted = { id: thread.id, status: thread.state.status };
    return Response.json(accepted, { status: 202, headers: notCached });
  };
}

function idempotencyKeyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key') ?? undefined;
  if (key === undefined || (key !== '' && key.length <= 255)) return key;
  throw new HttpError(400, 'An Idempotency-Key has 1 to 255 characters.');
}

/** Adds to the refusal of a late answer what the thread waits for now. */
async function withCurrentState<T>(store: Store, id: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refused) || error.fault !== 'late') throw error;
    const { status, open = null } = (await load(store, id)).state;
    throw new HttpError(409, error.message, { current: { status, open } });
  }
}

async function launch(agent: WriteContext, input: Input<MessageBody>): Promise<Thread> {
  return requireSameMessage(await people.start(agent, toMessage(input)), input);
}

async function say(agent: WriteContext, input: Input<MessageBody>): Promise<Thread> {
  const { id, events } = await loadOwnThread(agent.store, input);
  if (JSON.stringify(events).length > MAX_THREAD)
    throw new HttpError(413, `${id} is too long for more messages. Start a new thread.`);
  return requireSameMessage(await people.say(agent, id, toMessage(input)), input);
}

async function respond(agent: WriteContext, input: Input<AnswerBody>): Promise<Thread> {
  await loadOwnThread(agent.store, input);
  const { principal, body } = input;
  return people.answer(agent, requireCallId(input), { by: principal.name, text: body.text });
}

async function approve(agent: WriteContext, input: Input<ApprovalBody>): Promise<Thread> {
  await loadVisibleThread(agent.store, agent.policy, input);
  const { call_id: _, ...decision } = input.body;
  return people.approve(agent, requireCallId(input), { by: input.principal.name, ...decision });
}

async function report(agent: WriteContext, input: Input<ResultBody>): Promise<Thread> {
  await loadOwnThread(agent.store, input);
  return people.report(agent, requireCallId(input), input.body);
}

async function cancel(agent: WriteContext, input: Input<CancelBody>): Promise<Thread> {
  await loadOwnThread(agent.store, input);
  return people.cancel(agent, input.id, { by: input.principal.name, ...input.body });
}

/** @throws Refused if the call in the body is not one of the thread in the path */
function requireCallId({ id, body: { call_id } }: Input<{ call_id: string }>): string {
  const number = call_id.slice(id.length + 1);
  if (call_id === `${id}:${number}` && /^\d+$/.test(number)) return call_id;
  throw new Refused(`${call_id} is not a call of ${id}.`, 'late');
}

function toMessage({ principal, key, body }: Input<MessageBody>): people.Message {
  const { message: text, ...data } = body;
  return {
    channel: CHANNEL,
    from: principal.name,
    ...(text !== undefined && { text }),
    ...data,
    // Two principals may send the same key.
    ...(key !== undefined && { idempotency_key: JSON.stringify([principal.name, key]) }),
  };
}

/** @throws HttpError if the key of the message was used before, for another message */
function requireSameMessage(thread: Thread, input: Input<MessageBody>): Thread {
  const { text, data, idempotency_key: key } = toMessage(input);
  if (key === undefined) return thread;
  const saved = thread.events
    .filter(isMessage)
    .find(({ channel, idempotency_key }) => channel === CHANNEL && idempotency_key === key);
  const isSame = JSON.stringify([saved?.text, saved?.data]) === JSON.stringify([text, data]);
  if (saved === undefined || isSame) return thread;
  throw new HttpError(422, 'This Idempotency-Key was used before, with another body.');
}

function isMessage(event: Event): event is EventOf<'message'> {
  return event.type === 'message';
}
