import { type Agent, at, isPast } from './agent.ts';
import { oneLine, Refused } from './errors.ts';
import type { Event, EventOf } from './event.ts';
import { append, toJson, Conflict, load, type Store, type Thread } from './store.ts';
import { initialState, type OpenCall, type Status } from './thread.ts';

/** What hearing people needs of an agent: no model, no tools. */
export type AgentForPeople = Pick<Agent, 'store' | 'now'> & {
  readonly policy: { readonly approvers: readonly string[] };
};

export type Message = Omit<EventOf<'message'>, 'type' | 'at'>;
export type Decision = {
  readonly approved: boolean;
  readonly by: string;
  readonly comment?: string;
};
export type Outcome = { readonly result: unknown } | { readonly error: string };

/** Starts a thread. In one channel, an `idempotency_key` always means the same thread and message. @throws Refused */
export async function start(desk: AgentForPeople, message: Message): Promise<Thread> {
  if (message.idempotency_key !== undefined)
    return updateThread(desk.store, await idFor(message), hear(desk, message));
  const thread = { id: `t_${crypto.randomUUID().slice(0, 8)}`, events: [], state: initialState };
  try {
    return await append(desk.store, thread, toEvent(desk, message, thread));
  } catch (error) {
    if (error instanceof Conflict) return start(desk, message);
    throw error;
  }
}

/** Says something in a thread. The same `idempotency_key` twice changes nothing. @throws Refused */
export async function say(desk: AgentForPeople, id: string, message: Message): Promise<Thread> {
  return updateThread(desk.store, id, (thread) => hear(desk, message)(requireThread(thread)));
}

/** Approves or denies the call. A saved call never changes, so its id stands for the exact arguments. @throws Refused */
export async function approve(
  desk: AgentForPeople,
  call_id: string,
  decision: Decision,
): Promise<Thread> {
  const { approvers } = desk.policy;
  if (!approvers.includes(decision.by))
    throw new Refused(`${decision.by} may not approve; ${approvers.join(', ')} may.`, 'forbidden');
  return updateThread(desk.store, threadIdOf(call_id), (thread) => {
    const { objection } = requireOpenCall(thread, call_id, 'waiting_for_approval');
    if (objection && 'deny' in objection)
      throw new Refused(`The policy denies ${call_id}: ${objection.deny}.`, 'late');
    return requireInTime(desk, thread, { ...decision, type: 'approval', call_id, ...at(desk) });
  });
}

/** Answers a question, or says what became of a call that was handed over. @throws Refused */
export async function answer(
  desk: AgentForPeople,
  call_id: string,
  reply: { by: string; text: string },
): Promise<Thread> {
  if (reply.text.trim() === '') throw new Refused('The answer is empty.', 'invalid');
  return updateThread(desk.store, threadIdOf(call_id), (thread) => {
    requireOpenCall(thread, call_id, 'waiting_for_human');
    return requireInTime(desk, thread, { ...reply, type: 'human_response', call_id, ...at(desk) });
  });
}

/** What the outside reports of a long-running tool that returned `pending()`, or is about to. @throws Refused */
export async function report(
  desk: AgentForPeople,
  call_id: string,
  outcome: Outcome,
): Promise<Thread> {
  return updateThread(desk.store, threadIdOf(call_id), (thread) => {
    const call = {
      call_id,
      attempt: requireOpenCall(thread, call_id, 'running', 'waiting_for_result').attempt,
      ...at(desk),
    };
    if ('error' in outcome) return { type: 'tool_error', error: oneLine(outcome.error), ...call };
    return { type: 'tool_result', result: toJson(outcome.result), ...call };
  });
}

/** Ends a thread for good, whatever it is doing. @throws Refused */
export async function cancel(
  desk: AgentForPeople,
  id: string,
  { by, reason }: { by: string; reason?: string },
): Promise<Thread> {
  return updateThread(desk.store, id, (thread) => {
    if (requireThread(thread).state.status === 'cancelled') return undefined;
    return { type: 'cancelled', by, ...(reason && { reason }), ...at(desk) };
  });
}

/** The message as an event, unless it is in the thread already. */
const hear =
  (desk: AgentForPeople, message: Message) =>
  (thread: Thread): Event | undefined => {
    const { channel, idempotency_key: key } = message;
    const isSame = (event: Event) =>
      event.type === 'message' && event.channel === channel && event.idempotency_key === key;
    return key !== undefined && thread.events.some(isSame)
      ? undefined
      : toEvent(desk, message, thread);
  };

function toEvent(desk: AgentForPeople, message: Message, { id, state }: Thread): Event {
  if (!message.text?.trim() && message.data === undefined)
    throw new Refused('The message is empty.', 'invalid');
  if (state.status === 'cancelled')
    throw new Refused(`${id} was cancelled. Start a new thread.`, 'late');
  return { ...message, type: 'message', ...at(desk) };
}

async function idFor({ channel, idempotency_key }: Message): Promise<string> {
  const key = new TextEncoder().encode(JSON.stringify([channel, idempotency_key]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', key));
  return `t_${Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Looks at the thread, appends what `decide` makes of it, and looks again if somebody was faster. */
export async function updateThread(
  store: Store,
  id: string,
  decide: (thread: Thread) => Event | undefined,
): Promise<Thread> {
  for (;;) {
    const thread = await load(store, id);
    const event = decide(thread);
    if (event === undefined) return thread;
    try {
      return await append(store, thread, event);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
}

/** @throws Refused if there is no such thread */
export function requireThread(thread: Thread): Thread {
  if (thread.events.length === 0) throw new Refused(`There is no thread ${thread.id}.`, 'unknown');
  return thread;
}

/** The call, if it is open and the thread is in one of `statuses`. @throws Refused, and says who was first */
export function requireOpenCall(
  thread: Thread,
  call_id: string,
  ...statuses: readonly Status[]
): OpenCall {
  const { open, ...state } = requireThread(thread).state;
  if (statuses.includes(state.status) && open?.call_id === call_id) return open;
  const ends = statuses.includes('running')
    ? /^(tool_(result|error)|expired)$/
    : /^(approval|human_response|expired)$/;
  const first = thread.events.find(
    (one) => 'call_id' in one && one.call_id === call_id && ends.test(one.type),
  );
  if (first) throw new Refused(`Already answered: ${said(first)}. Nothing was changed.`, 'late');
  const where = `${state.status}${open ? ` at ${open.call_id}` : ''}`;
  throw new Refused(`${call_id} is not waiting: the thread is ${where}.`, 'late');
}

/** The answer, if the request has not expired. @throws Refused */
export function requireInTime(
  clock: Pick<Agent, 'now'>,
  { id, state }: Thread,
  event: Event,
): Event {
  if (isPast(state.open?.due, clock))
    throw new Refused(`It has expired. Go on with: resume ${id}`, 'late');
  return event;
}

function said(event: Event): string {
  const time = new Date(event.at).toLocaleString('sv').slice(0, 16);
  if (event.type === 'approval')
    return `${event.approved ? 'approved' : 'denied'} by ${event.by}, ${time}`;
  if (event.type === 'human_response') return `by ${event.by}, ${time}`;
  return event.type === 'expired' ? `it expired, ${time}` : `its outcome is known, ${time}`;
}

/** The thread's id in a call's. @throws Refused */
export function threadIdOf(call_id: string): string {
  const [, id] = /^(.+):\d+$/.exec(call_id) ?? [];
  if (id === undefined)
    throw new Refused(
      `${call_id.slice(0, 80)} is not a call. Calls look like t_4k7x2p:7.`,
      'invalid',
    );
  return id;
}
