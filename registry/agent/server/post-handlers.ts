import type * as z from 'zod';
import {
  operations,
  type Accepted,
  type AnswerBody,
  type ApprovalBody,
  type CancelBody,
  type ForkBody,
  type LaunchBody,
  type LiftBody,
  type MessageBody,
  type ResultBody,
} from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import { approversOf, mayApprove } from '../core/policy.ts';
import { editCall } from '../core/edit.ts';
import { Refused } from '../core/errors.ts';
import { isObject, without, type Event, type EventOf } from '../core/event.ts';
import * as people from '../core/people.ts';
import { load, type Store, type Thread } from '../core/store.ts';
import { fork, lift } from '../fork/fork.ts';
import { asksHowItEnded, ownerOf } from '../core/thread.ts';
import type { Worker } from '../worker/worker.ts';
import { loadOwnThread, loadVisibleThread, type ApiRequest, type Sender } from './access.ts';
import { wantsDrafts, type Drafts } from './drafts.ts';
import { HttpError, notCached } from './http-errors.ts';
import type { ReportClaim } from './report-token.ts';
import { readBody } from './request-body.ts';

/** The channel of messages that arrive over HTTP. */
const CHANNEL = 'http';

/** A thread with more characters takes no messages: every request for it reads all of it. */
const MAX_THREAD = 16_777_216;

/**
 * A checked request.
 * `id` is the thread in its path; `key` is its `Idempotency-Key`.
 */
type CheckedRequest<B> = {
  readonly principal: Sender;
  readonly id: string;
  readonly key: string | undefined;
  readonly claim: ReportClaim | undefined;
  readonly body: B;
};

type ServedAgent = people.AgentForPeople & Pick<Agent, 'tools' | 'policy'>;
type PostContext = ServedAgent & {
  readonly worker: Pick<Worker, 'advance'>;
  readonly drafts: Drafts;
};

/** Saves the event that a request asks for. */
type Perform<B> = (agent: ServedAgent, input: CheckedRequest<B>) => Promise<Thread>;

/** Makes the handlers of the operations that change threads. */
export function postHandlers(context: PostContext) {
  return {
    launch: postHandler(context, operations.launch, launch),
    say: postHandler(context, operations.say, say),
    respond: postHandler(context, operations.respond, respond),
    approve: postHandler(context, operations.approve, approve),
    report: postHandler(context, operations.report, report),
    cancel: postHandler(context, operations.cancel, cancel),
    fork: postHandler(context, operations.fork, forkThread),
    lift: postHandler(context, operations.lift, liftHold),
  };
}

/** Checks a request, saves its event, answers 202, and queues the thread for the worker. */
function postHandler<B>(
  context: PostContext,
  operation: { readonly body: z.ZodType<B> },
  perform: Perform<B>,
) {
  const { store, worker, drafts } = context;
  return async ({ principal, id, claim, request }: ApiRequest): Promise<Response> => {
    const key = idempotencyKeyOf(request);
    const body = await readBody(request, operation.body);
    const saved = perform(context, { principal, id, key, claim, body });
    // The holder of a report token may not see the thread.
    const thread = await (claim ? saved : saved.catch(addCurrentState(store, id)));
    if (wantsDrafts(request)) drafts.expect(thread.id);
    worker.advance(thread.id, ownerOf(thread.events, thread.state));
    const accepted: Accepted = { id: thread.id, status: thread.state.status };
    return Response.json(accepted, { status: 202, headers: notCached });
  };
}

/** @throws HttpError */
function idempotencyKeyOf({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (key !== '' && key.length <= 255) return key;
  throw new HttpError(400, 'An Idempotency-Key has 1 to 255 characters.');
}

/**
 * Throws the error again.
 * If the request came too late, adds what the thread waits for now.
 */
function addCurrentState(store: Store, id: string) {
  return async (error: unknown): Promise<never> => {
    if (!(error instanceof Refused) || error.fault !== 'late') throw error;
    const { state } = await load(store, id);
    const { status, open = null } = state;
    throw new HttpError(409, error.message, { current: { status, open } });
  };
}

const launch: Perform<LaunchBody> = async (agent, input) => {
  requireAgent(agent, input.body);
  const conversation = conversationOf(input);
  if (conversation !== undefined) {
    const thread = await load(agent.store, await people.threadIdFor(CHANNEL, conversation));
    const { message, data } = input.body;
    if (message === undefined && data === undefined) return people.requireThread(thread);
    requireShort(thread);
  }
  const thread = await people.start(agent, toMessage(input), conversation);
  return requireSameMessage(thread, input);
};

/** Two principals may use the same name. The third part tells it from an `Idempotency-Key`. */
function conversationOf({ principal, body }: CheckedRequest<LaunchBody>): string | undefined {
  const { conversation } = body;
  return conversation && JSON.stringify([principal.name, conversation, 'conversation']);
}

/** @throws HttpError for the name of an agent that is not public, or not in agent.ts */
function requireAgent({ children }: ServedAgent, { agent }: LaunchBody): void {
  if (agent === undefined) return;
  if (new Map(Object.entries(children?.agents ?? {})).get(agent)?.isPublic) return;
  throw new HttpError(422, `There is no agent ${agent}.`);
}

const say: Perform<MessageBody> = async (agent, input) => {
  const { id } = requireShort(await loadOwnThread(agent.store, input));
  const thread = await people.say(agent, id, toMessage(input));
  return requireSameMessage(thread, input);
};

/** @throws HttpError for a thread that is too long for more messages, or for copies */
function requireShort(thread: Thread): Thread {
  if (JSON.stringify(thread.events).length <= MAX_THREAD) return thread;
  throw new HttpError(413, `${thread.id} is too long for this. Start a new thread.`);
}

const respond: Perform<AnswerBody> = async (agent, input) => {
  const { principal } = input;
  const { state, events } = await loadOwnThread(agent.store, input);
  const call_id = requireCallId(input);
  const call = state.open ?? { call_id };
  const hasRun = state.open?.call_id === call_id && asksHowItEnded(state.open);
  const isApprover = mayApprove(principal, approversOf(call, events, agent.policy));
  const mayTell = principal.isOperator === true || isApprover;
  // The owner must not make up how a tool ended.
  if (hasRun && !mayTell) {
    throw new Refused('This call ran: an operator or an approver answers for it.', 'forbidden');
  }
  const reply = { by: principal.name, text: input.body.text };
  return people.answer(agent, call_id, reply);
};

const approve: Perform<ApprovalBody> = async (agent, input) => {
  await loadVisibleThread(agent.store, agent.policy, input);
  const call_id = requireCallId(input);
  const { step, ...decision } = without(input.body, 'call_id');
  const { name: by, isLocal } = input.principal;
  const sender = { by, isLocal };
  if (!step) return people.approve(agent, call_id, { ...decision, ...sender });
  const { approved, ...said } = decision;
  const edit = { ...said, ...sender, step };
  if (approved) return editCall(agent, call_id, edit);
  throw new HttpError(400, 'A denial has no `step`.');
};

/** The owner of a thread must not make up what a tool found. */
const report: Perform<ResultBody> = async (agent, input) => {
  const { id, principal, claim, body } = input;
  const isClaimed = claim?.call_id === body.call_id && body.call_id.startsWith(`${id}:`);
  if (!isClaimed) await loadOwnThread(agent.store, input);
  const call_id = requireCallId(input);
  if (isClaimed) return people.report(agent, call_id, body, claim.attempt);
  if (principal.isOperator) return people.report(agent, call_id, body);
  const message = 'A result is reported by an operator, or with the token of the call.';
  throw new Refused(message, 'forbidden');
};

const cancel: Perform<CancelBody> = async (agent, input) => {
  await loadOwnThread(agent.store, input);
  const { id, principal, body } = input;
  return people.cancel(agent, id, { by: principal.name, ...body });
};

/** Someone who sees a thread in order to approve a call must not get a copy. */
const forkThread: Perform<ForkBody> = async (agent, input) => {
  const { id, principal, key, body } = input;
  requireShort(await loadOwnThread(agent.store, input));
  return fork(agent, id, {
    by: principal.name,
    key,
    ...body,
  });
};

const liftHold: Perform<LiftBody> = async (agent, input) => {
  const { id, principal } = input;
  await loadVisibleThread(agent.store, agent.policy, input);
  return lift(agent, id, principal);
};

/** @throws Refused if the call in the body is not one of the thread in the path */
function requireCallId({ id, body }: CheckedRequest<{ call_id: string }>): string {
  const { call_id } = body;
  const number = call_id.slice(id.length + 1);
  if (call_id === `${id}:${number}` && /^\d+$/.test(number)) return call_id;
  throw new Refused(`${call_id} is not a call of ${id}.`, 'late');
}

function toMessage({ principal, key, body }: CheckedRequest<LaunchBody>): people.Message {
  const { message: text, ...data } = without(body, 'conversation');
  return {
    channel: CHANNEL,
    from: principal.name,
    ...(text !== undefined && { text }),
    ...data,
    // Two principals may send the same key.
    ...(key !== undefined && { idempotency_key: JSON.stringify([principal.name, key]) }),
  };
}

/** @throws HttpError if the key was used before, for another message */
function requireSameMessage(thread: Thread, input: CheckedRequest<LaunchBody>): Thread {
  const { text, data, agent, idempotency_key: key } = toMessage(input);
  if (key === undefined) return thread;
  const saved = thread.events
    .filter(isMessage)
    .find((event) => event.channel === CHANNEL && event.idempotency_key === key);
  const before = canonicalJson([saved?.text, saved?.data, saved?.agent]);
  const now = canonicalJson([text, data, agent]);
  if (saved === undefined || before === now) return thread;
  const message = 'This Idempotency-Key was used before, with another body.';
  throw new HttpError(422, message);
}

/** Returns JSON whose fields are sorted: their order means nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (!isObject(item) || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isMessage(event: Event): event is EventOf<'message'> {
  return event.type === 'message';
}
