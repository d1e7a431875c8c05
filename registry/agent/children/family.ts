import { timeIn } from '../core/agent.ts';
import type { Event, EventOf, ParentCall } from '../core/event.ts';
import { threadIdFor } from '../core/people.ts';
import { isThreadId, type Thread } from '../core/store.ts';
import { firstMessage, hasEnded } from '../core/thread.ts';

/** ms that the process in which a child ends gets to report it. */
const REPORT_MS = 10_000;

/** The delivery by which a child saves that it has reported its end. */
const REPORT = 'parent';
export const reported = {
  type: 'delivery',
  delivery: REPORT,
  attempt: 1,
  state: 'sent',
} as const;

/**
 * Derives the id of a child from the call that starts it, so that a call starts it once. It can be
 * read, such as `t_4k7x2p-7` for a call and `t_4k7x2p-7_0` for its part 0, unless it is too long.
 */
export async function childIdOf({ call_id, part }: ParentCall): Promise<string> {
  const id = [call_id.replace(':', '-'), ...(part === undefined ? [] : [part])].join('_');
  const isReadable = isThreadId(id) && /^\d+$/.test(part ?? '0');
  return isReadable ? id : await threadIdFor('agents', JSON.stringify([call_id, part ?? '']));
}

/** Returns the child that a call has started. Earlier versions gave it another id. */
export function childOf({ call_id, part }: ParentCall, { events }: Thread): string | undefined {
  const started = events.filter((event) => event.type === 'child_started');
  return started.find((one) => one.call_id === call_id && one.part === part)?.thread;
}

/** Returns the call that waits for a thread; undefined for a thread that is no child. */
export function parentOf(events: readonly Event[]): ParentCall | undefined {
  return firstMessage(events)?.parent;
}

/** Whether a child has ended, and its parent may not know. */
export function owesReport({ events, state }: Thread): boolean {
  if (!parentOf(events) || !hasEnded(state)) return false;
  return !events.some((event) => event.type === 'delivery' && event.delivery === REPORT);
}

/** Returns the ISO time at which another process reports the end of a child. */
export function reportDueAt(thread: Thread): string | undefined {
  if (!owesReport(thread)) return undefined;
  const endedAt = Date.parse(thread.events.slice(-1)[0]?.at ?? '');
  return timeIn(REPORT_MS, { now: () => endedAt });
}

/** Lists the children of calls that have no outcome. Those of copied calls work for another. */
export function openChildren({ id, events }: Thread): readonly string[] {
  const closed = new Set(events.flatMap((event) => (closes(event) ? event.call_id : [])));
  const started = events.filter((event) => event.type === 'child_started');
  const isOwn = (call_id: string) => call_id.startsWith(`${id}:`);
  const open = started.filter(({ call_id }) => isOwn(call_id) && !closed.has(call_id));
  return open.map(({ thread }) => thread);
}

function closes(event: Event): event is EventOf<'tool_result' | 'tool_error'> {
  return event.type === 'tool_result' || event.type === 'tool_error';
}
