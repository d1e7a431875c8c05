import { agentFor, isPast, stamp, type Agent } from './agent.ts';
import { oneLine, Refused } from './errors.ts';
import { without, type Call, type Event, type EventOf, type NewEvent } from './event.ts';
import {
  type ApproverRules,
  type Approvers,
  approversOf,
  endorsersOf,
  isName,
  mayApprove,
  type Person,
} from './policy.ts';
import { append, Conflict, load, reload, toJson, type Thread } from './store.ts';
import { hasEnded, initial, type OpenCall, type Status } from './thread.ts';
import { actionFor } from './tool-turn.ts';

/** The parts of an agent that take in what people say: no model, no tools. */
export type AgentForPeople = Pick<Agent, 'store' | 'now' | 'outbox' | 'children'> & {
  readonly policy: ApproverRules;
};

export type Message = Omit<EventOf<'message'>, 'type' | 'at' | 'parent'>;
/** `isLocal`: the person is at this machine. It is not saved. */
export type Decision = Readonly<{
  approved: boolean;
  by: string;
  comment?: string;
  isLocal?: boolean | undefined;
}>;
export type Answer = Readonly<{ by: string; text: string; idempotency_key?: string }>;
export type Outcome = { readonly result: unknown } | { readonly error: string };
export type Cancellation = { readonly by: string; readonly reason?: string };

/**
 * Starts a thread. The same `idempotency_key` always means the same thread, or if the channel has
 * conversations, the same `conversation`: then a later message of it continues the thread.
 * @throws Refused
 */
export async function start(
  agent: AgentForPeople,
  message: Message,
  conversation = message.idempotency_key,
): Promise<Thread> {
  requireAgent(agent, message);
  if (conversation !== undefined) {
    const id = await threadIdFor(message.channel, conversation);
    return updateThread(agent, id, (thread) => newMessage(message, thread));
  }
  const thread = { id: `t_${crypto.randomUUID().slice(0, 8)}`, events: [], state: initial };
  const event = toEvent(message, thread);
  try {
    return await append(agent.store, thread, stamp(agent, event), agent);
  } catch (error) {
    if (error instanceof Conflict) return start(agent, message);
    throw error;
  }
}

/** @throws Refused for the name of an agent that agent.ts does not have */
function requireAgent({ children }: AgentForPeople, { agent = 'main' }: Message): void {
  const names = ['main', ...Object.keys(children?.agents ?? {})];
  if (names.includes(agent)) return;
  throw new Refused(`agent.ts has no agent ${agent}; it has ${names.join(', ')}.`, 'invalid');
}

/** Adds a message, to the agent of the thread. A key twice changes nothing. @throws Refused */
export function say(agent: AgentForPeople, id: string, message: Message): Promise<Thread> {
  const said = without(message, 'agent');
  return updateThread(agent, id, (thread) => newMessage(said, requireThread(thread)));
}

/** Approves or denies a call. Its id stands for its exact arguments. @throws Refused */
export async function approve(
  agent: AgentForPeople,
  call_id: string,
  { approved, by, comment, isLocal }: Decision,
): Promise<Thread> {
  const said = { call_id, by, ...(comment && { comment }) };
  return await updateThread(agent, threadIdOf(call_id), (thread) => {
    const person = { name: by, isLocal };
    const { count, given } = requireDecidable(agent, thread, call_id, person).approvers;
    const hasApproved = endorsersOf(call_id, thread.events).includes(by);
    // If a group has changed, enough people may have approved: then any of them ends the wait.
    if (approved && hasApproved && given.length < count) {
      const progress = `${given.length} of ${count}`;
      throw new Refused(`${call_id} is already approved by ${by}; ${progress}.`, 'late');
    }
    const isLast = !approved || given.length + 1 >= count;
    return isLast ? { type: 'approval', approved, ...said } : { type: 'endorsed', ...said };
  });
}

/** Returns a call that a person may decide on. @throws Refused */
export function requireDecidable(
  agent: AgentForPeople,
  thread: Thread,
  call_id: string,
  person: Person,
) {
  requireName(person.name);
  const open = requireOpenCall(thread, call_id, ['waiting_for_approval']);
  const approvers = requireApprover(agent, thread, open, person);
  if (open.objection && 'deny' in open.objection) {
    throw new Refused(`The policy denies ${call_id}: ${open.objection.deny}.`, 'late');
  }
  requireInTime(open, agent);
  return { open, approvers };
}

/** Returns the people who may approve a call. @throws Refused for any other person */
export function requireApprover(
  { policy }: Pick<AgentForPeople, 'policy'>,
  { events }: Thread,
  call: Pick<Call, 'call_id' | 'objection'>,
  person: Person,
): Approvers {
  const approvers = approversOf(call, events, policy);
  if (mayApprove(person, approvers)) return approvers;
  const { names, isLocal } = approvers;
  const who = isLocal ? 'APPROVERS names no one' : `${names.join(', ') || 'no one'} may`;
  throw new Refused(`${person.name} may not approve; ${who}.`, 'forbidden');
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
    if (wasDelivered(thread, reply.idempotency_key)) return undefined;
    requireInTime(requireOpenCall(thread, call_id, ['waiting_for_human']), agent);
    return { ...reply, type: 'human_response', call_id };
  });
}

/**
 * Reports the outcome of a tool that is declared `longRunning`, for any attempt or for one.
 * @throws Refused
 */
export function report(
  agent: AgentForPeople & Pick<Agent, 'tools' | 'policy'>,
  call_id: string,
  outcome: Outcome,
  forAttempt?: number,
): Promise<Thread> {
  return updateThread(agent, threadIdOf(call_id), (thread) => {
    // The report can be faster than the save of `tool_pending`.
    const open = requireOpenCall(thread, call_id, ['running', 'waiting_for_result']);
    const { attempt, step } = open;
    if (actionFor(agentFor(agent, thread), step)?.longRunning !== true) {
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

/** Returns the thread that waits for a person: one that the thread started, or else the thread. */
export async function threadThatAsks(
  load: (id: string) => Promise<Thread>,
  thread: Thread,
): Promise<Thread> {
  const { status, open } = thread.state;
  if (status !== 'waiting_for_result') return thread;
  for (const event of thread.events) {
    if (event.type !== 'child_started' || event.call_id !== open.call_id) continue;
    const asking = await threadThatAsks(load, await load(event.thread));
    if (/^waiting_for_(approval|human)$/.test(asking.state.status)) return asking;
  }
  return thread;
}

/** Ends a thread permanently, in any status, and those that it started. @throws Refused */
export async function cancel(
  agent: AgentForPeople,
  id: string,
  { by, reason }: Cancellation,
): Promise<Thread> {
  requireName(by);
  const cancellation = reason ? { by, reason } : { by };
  // First, so that it does not act on the end of its children.
  const cancelled = await updateThread(agent, id, (thread) => {
    if (requireThread(thread).state.status === 'cancelled') return undefined;
    return { type: 'cancelled', ...cancellation };
  });
  await cancelChildren(agent, cancelled, cancellation);
  return cancelled;
}

async function cancelChildren(agent: AgentForPeople, thread: Thread, cancellation: Cancellation) {
  for (const child of agent.children?.openChildren(thread) ?? []) {
    const { state } = await load(agent.store, child);
    // One that is cancelled may have started others before.
    if (!hasEnded(state) || state.status === 'cancelled') await cancel(agent, child, cancellation);
  }
}

/** Appends the event that `decide` returns, if any. On a version conflict, decides again. */
export async function updateThread(
  agent: Pick<Agent, 'store' | 'now' | 'outbox' | 'children'>,
  id: string,
  decide: (thread: Thread) => NewEvent | undefined,
): Promise<Thread> {
  let thread = await load(agent.store, id);
  for (;;) {
    const event = decide(thread);
    if (event === undefined) return thread;
    try {
      return await append(agent.store, thread, stamp(agent, event), agent);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      thread = await reload(agent.store, thread);
    }
  }
}

/** Returns the message as an event, or undefined if the thread has it already. */
function newMessage(message: Message, thread: Thread): NewEvent | undefined {
  const { channel, idempotency_key } = message;
  if (wasDelivered(thread, idempotency_key, channel)) return undefined;
  return toEvent(message, thread);
}

/** Whether the thread has the message with this key, as a message of the channel or an answer. */
export function wasDelivered({ events }: Thread, key: string | undefined, channel?: string) {
  if (key === undefined) return false;
  return events.some((event) => {
    if (!('idempotency_key' in event) || event.idempotency_key !== key) return false;
    return event.type === 'human_response' || !channel || event.channel === channel;
  });
}

function toEvent(message: Message, { id, state }: Thread): NewEvent {
  requireName(message.from);
  if ('parent' in message) throw new Refused('Only a call starts a thread for it.', 'invalid');
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

/** Derives a thread's id from the key of its first message, or of its conversation. */
export async function threadIdFor(channel: string, conversation: string): Promise<string> {
  const key = new TextEncoder().encode(JSON.stringify([channel, conversation]));
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
      if (event.edit) return `edited by ${event.by}, ${time}`;
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
