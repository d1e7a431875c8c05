import { callsIn, isOutcome, type Event, type Step } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import type { OpenCall, Status } from '../core/thread.ts';

/** A request that waits. `id` is `thread:index` of the event that opened it, at the time `at`. */
export type OpenRequest = Readonly<{
  id: string;
  kind: 'approval' | 'question' | 'handed_over';
  open: OpenCall;
  at: string;
}>;

/** Returns the request that a thread waits for, unless the policy denies it. */
export function openRequestIn({ id, events, state }: Thread): OpenRequest | undefined {
  const { status, open } = state;
  if (status !== 'waiting_for_approval' && status !== 'waiting_for_human') return undefined;
  if (open.objection && 'deny' in open.objection) return undefined;
  const opens = (event: Event) => callOpenedBy(event) === open.call_id;
  const fromEnd = [...events].reverse().findIndex(opens);
  const index = events.length - 1 - fromEnd;
  return {
    id: `${id}:${index}`,
    kind: kindOf(status, open),
    open,
    at: events[index]?.at ?? '',
  };
}

function kindOf(status: Status, { reason }: OpenCall): OpenRequest['kind'] {
  if (status === 'waiting_for_approval') return 'approval';
  return reason === undefined ? 'question' : 'handed_over';
}

/** Returns the id of the call that an event opens or hands over. */
function callOpenedBy(event: Event): string | undefined {
  if (event.type === 'approval') return event.edit?.call_id;
  return event.type === 'tool_call' || event.type === 'handed_over' ? event.call_id : undefined;
}

/**
 * How a request ended: the event that closed it, and the call. A `step` was to be approved; for
 * one that a person edited, it is the new one. A `question` is that of the model.
 */
export type Ending = Readonly<{
  event: Event;
  call_id: string;
  step?: Step | undefined;
  question?: Step | undefined;
}>;

/** Returns how a request ended. `request` is its id. */
export function answerTo(events: readonly Event[], request: string): Ending | undefined {
  const index = Number(request.slice(request.lastIndexOf(':') + 1));
  const opening = events[index];
  const call_id = opening && callOpenedBy(opening);
  if (!opening || call_id === undefined) return undefined;
  const hasRun = events.some((event, at) => {
    return at < index && event.type === 'tool_started' && event.call_id === call_id;
  });
  const event = events.slice(index + 1).find((one) => closes(one, call_id, hasRun));
  if (!event) return undefined;
  const call = callsIn(events).find((one) => one.call_id === call_id);
  if (call?.awaits === 'answer') return { event, call_id, question: call.step };
  const edited = event.type === 'approval' ? event.edit?.step : undefined;
  return { event, call_id, step: edited ?? call?.step };
}

function closes(event: Event, call_id: string, hasRun: boolean): boolean {
  // A message takes back a call only before it has run.
  if (event.type === 'message') return !hasRun;
  if (event.type === 'cancelled') return true;
  if (!('call_id' in event) || event.call_id !== call_id) return false;
  const answers: readonly Event['type'][] = ['approval', 'human_response', 'expired'];
  return answers.includes(event.type) || isOutcome(event);
}
