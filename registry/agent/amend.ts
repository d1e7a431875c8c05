import { Refused } from './errors.ts';
import type { Event } from './event.ts';
import { isPast, type Agent } from './parts.ts';
import { append, Conflict, load, type Store, type Thread } from './store/store.ts';
import type { OpenCall, Status } from './thread.ts';

/** Looks at the thread, appends what `decide` makes of it, and looks again if somebody was faster. */
export async function amend(store: Store, id: string, decide: (thread: Thread) => Event | undefined): Promise<Thread> {
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
export function existing(thread: Thread): Thread {
  if (thread.events.length === 0) throw new Refused(`There is no thread ${thread.id}.`, 'unknown');
  return thread;
}

/** The call, if it is open and the thread is in one of `statuses`. @throws Refused, and says who was first */
export function openCall(thread: Thread, call_id: string, ...statuses: readonly Status[]): OpenCall {
  const { open, ...state } = existing(thread).state;
  if (statuses.includes(state.status) && open?.call_id === call_id) return open;
  const ends = statuses.includes('running') ? /^(tool_(result|error)|expired)$/ : /^(approval|human_response|expired)$/;
  const first = thread.events.find((one) => 'call_id' in one && one.call_id === call_id && ends.test(one.type));
  if (first) throw new Refused(`Already answered: ${said(first)}. Nothing was changed.`, 'late');
  const where = `${state.status}${open ? ` at ${open.call_id}` : ''}`;
  throw new Refused(`${call_id} is not waiting: the thread is ${where}.`, 'late');
}

/** The answer, if the request has not expired. @throws Refused */
export function inTime(clock: Pick<Agent, 'now'>, { id, state }: Thread, event: Event): Event {
  if (isPast(state.open?.due, clock)) throw new Refused(`It has expired. Go on with: resume ${id}`, 'late');
  return event;
}

function said(event: Event): string {
  const time = new Date(event.at).toLocaleString('sv').slice(0, 16);
  if (event.type === 'approval') return `${event.approved ? 'approved' : 'denied'} by ${event.by}, ${time}`;
  if (event.type === 'human_response') return `by ${event.by}, ${time}`;
  return event.type === 'expired' ? `it expired, ${time}` : `its outcome is known, ${time}`;
}

/** The thread's id in a call's. @throws Refused */
export function threadOf(call_id: string): string {
  const [, id] = /^(.+):\d+$/.exec(call_id) ?? [];
  if (id === undefined)
    throw new Refused(`${call_id.slice(0, 80)} is not a call. Calls look like t_4k7x2p:7.`, 'invalid');
  return id;
}
