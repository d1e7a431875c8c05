import { Refused } from './errors.ts';
import type { Event } from './event.ts';
import { at, type Agent } from './parts.ts';
import type { Thread } from './store/store.ts';
import { existing, openCall, tell, threadOf } from './tell.ts';

/** What hearing people needs of an agent: no model, no tools. */
export type Desk = Pick<Agent, 'store' | 'now'> & { readonly policy: { readonly approvers: readonly string[] } };

export type Message = { channel: string; from: string; text?: string; data?: unknown; idempotency_key?: string };
export type Decision = { approved: boolean; by: string; comment?: string };
export type Outcome = { result: unknown } | { error: string };

/** Starts a thread. The same `idempotency_key` always means the same thread and the same message. @throws Refused */
export async function start(desk: Desk, message: Message): Promise<Thread> {
  const { idempotency_key: key } = message;
  return tell(desk.store, key === undefined ? newId() : await idFor(key), (thread) => hear(desk, thread, message));
}

/** Says something in a thread. The same `idempotency_key` twice changes nothing. @throws Refused */
export async function say(desk: Desk, id: string, message: Message): Promise<Thread> {
  return tell(desk.store, id, (thread) => hear(desk, existing(thread), message));
}

/** Approves or denies the call. A saved call never changes, so its id stands for the exact arguments. @throws Refused */
export async function approve(desk: Desk, call_id: string, decision: Decision): Promise<Thread> {
  if (!desk.policy.approvers.includes(decision.by))
    throw new Refused(`${decision.by} may not approve. See approvers in policy.ts.`);
  return tell(desk.store, threadOf(call_id), (thread) => {
    const { objection } = openCall(thread, call_id, 'waiting_for_approval');
    if (objection && 'deny' in objection) throw new Refused(`The policy denies ${call_id}: ${objection.deny}.`);
    return { type: 'approval', call_id, ...decision, ...at(desk) };
  });
}

/** Answers a question, or says what became of a call that was handed over. @throws Refused */
export async function answer(desk: Desk, call_id: string, reply: { by: string; text: string }): Promise<Thread> {
  if (reply.text.trim() === '') throw new Refused('The answer is empty.');
  return tell(desk.store, threadOf(call_id), (thread) => {
    openCall(thread, call_id, 'waiting_for_human');
    return { type: 'human_response', call_id, ...reply, ...at(desk) };
  });
}

/** What the outside reports of a long-running tool that returned `pending()`. @throws Refused */
export async function report(desk: Desk, call_id: string, outcome: Outcome): Promise<Thread> {
  return tell(desk.store, threadOf(call_id), (thread) => {
    const { attempt } = openCall(thread, call_id, 'waiting_for_result');
    if ('error' in outcome) return { type: 'tool_error', call_id, attempt, ...outcome, ...at(desk) };
    return { type: 'tool_result', call_id, attempt, ...outcome, ...at(desk) };
  });
}

/** Ends a thread for good, whatever it is doing. @throws Refused */
export async function cancel(desk: Desk, id: string, { by, reason }: { by: string; reason?: string }): Promise<Thread> {
  return tell(desk.store, id, (thread) => {
    if (existing(thread).state.status === 'cancelled') return undefined;
    return { type: 'cancelled', by, ...(reason && { reason }), ...at(desk) };
  });
}

function hear(desk: Desk, { id, state, events }: Thread, message: Message): Event | undefined {
  const { text, data, idempotency_key: key } = message;
  if (!text?.trim() && data === undefined) throw new Refused('The message is empty.');
  if (key !== undefined && events.some((event) => event.type === 'message' && event.idempotency_key === key))
    return undefined;
  if (state.status === 'cancelled') throw new Refused(`${id} was cancelled. Start a new thread.`);
  return { type: 'message', ...message, ...at(desk) };
}

const newId = () => `t_${crypto.randomUUID().slice(0, 8)}`;

async function idFor(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return `t_${Buffer.from(hash).toString('hex').slice(0, 32)}`;
}
