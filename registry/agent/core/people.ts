import { isPast, stamp, type Agent } from './agent.ts';
import { oneLine, Refused } from './errors.ts';
import type { Event, EventOf, NewEvent } from './event.ts';
import { isName, mayApprove } from './policy.ts';
import { append, Conflict, load, reload, toJson, type Thread } from './store.ts';
import { initial, type OpenCall, type Status } from './thread.ts';
import { actionFor } from './tool-turn.ts';

/** The parts of an agent that take in what people say: no model, no tools. */
export type AgentForPeople = Pick<Agent, 'store' | 'now'> & {
  readonly policy: { readonly approvers: readonly string[] };
};

export type Message = Omit<EventOf<'message'>, 'type' | 'at'>;
/** `isLocal`: the person is at this machine. It is not saved. */
export type Decision = Readonly<{
  approved: boolean;
  by: string;
  comment?: string;
  isLocal?: boolean | undefined;
}>;
export type Answer = { readonly by: string; readonly text: string };
export type Outcome = { readonly result: unknown } | { readonly error: string };
export type Cancellation = { readonly by: string; readonly reason?: string };

/** Starts a thread. The same `idempotency_key` always means the same thread. @throws Refused */
export async function start(agent: AgentForPeople, message: Message): Promise<Thread> {
  if (message.idempotency_key !== undefined) {
    const id = await threadIdFor(message);
    return updateThread(agent, id, (thread) => newMessage(message, thread));
  }
  const thread = { id: `t_${crypto.randomUUID().slice(0, 8)}`, events: [], state: initial };
  const event = toEvent(message, thread);
  try {
    return await append(agent.store, thread, stamp(agent, event));
  } catch (error) {
    if (error instanceof Conflict) return start(agent, message);
    throw error;
  }
}

/** Adds a message. The same `idempotency_key` twice changes nothing. @throws Refused */
export function say(agent: AgentForPeople, id: string, message: Message): Promise<Thread> {
  return updateThread(agent, id, (thread) => newMessage(message, requireThread(thread)));
}

/** Approves or denies a call. Its id stands for its exact arguments. @throws Refused */
export async function approve(
  agent: AgentForPeople,
  call_id: string,
  { isLocal, ...decision }: Decision,
): Promise<Thread> {
  const { by } = decision;
  requireName(by);
  if (!mayApprove({ name: by, isLocal }, agent.policy)) {
    const names = agent.policy.approvers.join(', ');
    const who = names === '' ? 'APPROVERS names no one' : `${names} may`;
    throw new Refused(`${by} may not approve; ${who}.`, 'forbidden');
  }
  return await updateThread(agent, threadIdOf(call_id), (thread) => {
    const open = requireOpenCall(thread, call_id, ['waiting_for_approval']);
    if (open.objection && 'deny' in open.objection) {
      throw new Refused(`The policy denies ${call_id}: ${open.objection.deny}.`, 'late');
    }
    requireInTime(open, agent);
    return { ...decision, type: 'approval', call_id };
  });
}

/** Answers a question, or says how a call that was handed over ended. @throws Refused */
export async function answer(
  agent: AgentForPeople,
  call_id: string,
  reply: Answer,
): Promise<Thread> {
  requireName(reply.by);
  if (reply.text.trim() === '') throw new Refused('The answer is empty.', 'invalid');
  return await updateThread(agent, threadIdOf(call_id), (thread) => {
    requireInTime(requireOpenCall(thread, call_id, ['waiting_for_human']), agent);
    return { ...reply, type: 'human_response', call_id };
  });
}

/**
 * Reports the outcome of a tool that is declared `longRunning`, for any attempt or for one.
 * @throws Refused
 */
export function report(
  agent: AgentForPeople & Pick<Agent, 'tools'>,
  call_id: string,
  outcome: Outcome,
  forAttempt?: number,
): Promise<Thread> {
  return updateThread(agent, threadIdOf(call_id), (thread) => {
    // The report can be faster than the save of `tool_pending`.
    const open = requireOpenCall(thread, call_id, ['running', 'waiting_for_result']);
    const { attempt, step } = open;
    if (!actionFor(agent, step)?.longRunning) {
      const message = `${step?.intent} is not declared longRunning: only its own run has a result.`;
      throw new Refused(message, 'forbidden');
    }
    if (forAttempt !== undefined && forAttempt !== attempt) {
      throw new Refused(`This is attempt ${attempt} of ${call_id}, not ${forAttempt}.`, 'late');
    }
    if ('error' in outcome) {
      return { type: 'tool_error', error: oneLine(outcome.error), call_id, attempt };
    }
    return { type: 'tool_result', result: toJson(outcome.result), call_id, attempt };
  });
}

/** Ends a thread permanently, in any status. @throws Refused */
export async function cancel(
  agent: AgentForPeople,
  id: string,
  { by, reason }: Cancellation,
): Promise<Thread> {
  requireName(by);
  return await updateThread(agent, id, (thread) => {
    if (requireThread(thread).state.status === 'cancelled') return undefined;
    return reason ? { type: 'cancelled', by, reason } : { type: 'cancelled', by };
  });
}

/** Appends the event that `decide` returns, if any. On a version conflict, decides again. */
export async function updateThread(
  agent: Pick<Agent, 'store' | 'now'>,
  id: string,
  decide: (thread: Thread) => NewEvent | undefined,
): Promise<Thread> {
  let thread = await load(agent.store, id);
  for (;;) {
    const event = decide(thread);
    if (event === undefined) return thread;
    try {
      return await append(agent.store, thread, stamp(agent, event));
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      thread = await reload(agent.store, thread);
    }
  }
}

/** Returns the message as an event, or undefined if the thread has it already. */
function newMessage(message: Message, thread: Thread): NewEvent | undefined {
  const { channel, idempotency_key: key } = message;
  const isSame = (event: Event) =>
    event.type === 'message' && event.channel === channel && event.idempotency_key === key;
  if (key !== undefined && thread.events.some(isSame)) return undefined;
  return toEvent(message, thread);
}

function toEvent(message: Message, { id, state }: Thread): NewEvent {
  requireName(message.from);
  if (!message.text?.trim() && message.data === undefined) {
    throw new Refused('The message is empty.', 'invalid');
  }
  if (state.status === 'cancelled') {
    throw new Refused(`${id} was cancelled. Start a new thread.`, 'late');
  }
  const { data } = message;
  return { ...message, ...(data !== undefined && { data: toJson(data) }), type: 'message' };
}

/** @throws Refused for a value that cannot be a person's name */
function requireName(name: unknown): void {
  if (!isName(name)) throw new Refused('The sender has no name.', 'invalid');
}

/** Derives a thread's id from its first message's key. */
async function threadIdFor({ channel, idempotency_key }: Message): Promise<string> {
  const key = new TextEncoder().encode(JSON.stringify([channel, idempotency_key]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', key));
  const hex = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0'));
  return `t_${hex.join('')}`;
}

/** Returns the id of the thread that a call belongs to. @throws Refused */
export function threadIdOf(call_id: string): string {
  const id = /^(.+):\d+$/.exec(call_id)?.[1];
  if (id !== undefined) return id;
  const shown = call_id.slice(0, 80);
  throw new Refused(`${shown} is not a call. Calls look like t_4k7x2p:7.`, 'invalid');
}

/** Returns the thread. @throws Refused if it has no events, that is, does not exist */
export function requireThread(thread: Thread): Thread {
  if (thread.events.length > 0) return thread;
  throw new Refused(`There is no thread ${thread.id}.`, 'unknown');
}

/** Returns the call if it is open in one of `statuses`. @throws Refused, naming who was first */
function requireOpenCall(thread: Thread, call_id: string, statuses: readonly Status[]): OpenCall {
  const { open, status } = requireThread(thread).state;
  if (open?.call_id === call_id && statuses.includes(status)) return open;
  const first = thread.events.find((event) => isOutcomeOf(event, call_id, statuses));
  if (first)
    throw new Refused(`Already answered: ${describeOutcome(first)}. Nothing was changed.`, 'late');
  const where = open ? `${status} at ${open.call_id}` : status;
  throw new Refused(`${call_id} is not waiting: the thread is ${where}.`, 'late');
}

function isOutcomeOf(event: Event, call_id: string, statuses: readonly Status[]): boolean {
  if (!('call_id' in event) || event.call_id !== call_id) return false;
  const ofRun = ['tool_result', 'tool_error', 'expired'];
  const ofRequest = ['approval', 'human_response', 'expired'];
  return (statuses.includes('running') ? ofRun : ofRequest).includes(event.type);
}

function describeOutcome(event: Event): string {
  const time = new Date(event.at).toLocaleString('sv').slice(0, 16);
  switch (event.type) {
    case 'approval':
      return `${event.approved ? 'approved' : 'denied'} by ${event.by}, ${time}`;
    case 'human_response':
      return `by ${event.by}, ${time}`;
    case 'expired':
      return `it expired, ${time}`;
    default:
      return `its outcome is known, ${time}`;
  }
}

/** @throws Refused if the request has expired */
function requireInTime({ call_id, due }: OpenCall, agent: Pick<Agent, 'now'>): void {
  if (isPast(due, agent)) throw new Refused(`${call_id} has expired.`, 'late');
}
