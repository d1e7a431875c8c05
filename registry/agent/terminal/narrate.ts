import type { Event, EventOf } from '../core/event.ts';
import { initialState, reduce } from '../core/thread.ts';
import { moment, plain, remark, type Role } from '../screen/text.ts';
import { brief, callOf, compact, stepLine, took } from './format.ts';
import type { Screen } from '../screen/screen.ts';

/** Prints the last of `events` as it happens. What a person is asked is left to whoever asks. */
export function narrate(
  screen: Screen,
  id: string,
  events: readonly Event[],
  isOwn: boolean,
): void {
  const { paint } = screen;
  const event = events.at(-1);
  const say = (role: Role, text: string) => screen.print(remark(screen, role, text));
  switch (event?.type) {
    case undefined:
    case 'handed_over':
      return;
    case 'message':
      return hear(screen, id, events, event, isOwn);
    case 'prefetched':
      return say('dim', `prefetched ${event.name}`);
    case 'tool_call':
      return event.awaits === 'message' ? screen.print(head(screen, events, event)) : undefined;
    case 'model_error':
      return say('bad', `the model failed: ${event.error}`);
    case 'approval':
      return event.by === 'policy'
        ? denied(screen, events, event)
        : say('person', decision(event, isOwn));
    case 'human_response':
      return isOwn ? undefined : say('person', `${event.by}: ${event.text}`);
    case 'tool_started':
      return screen.begin(
        head(screen, events, event) + (event.attempt > 1 ? `  attempt ${event.attempt}` : ''),
      );
    case 'tool_pending':
      return screen.finish(
        `its result is due by ${moment(event.due)}`,
        head(screen, events, event),
      );
    case 'tool_result':
      return ended(screen, events, event, paint('tool', brief(event.result)));
    case 'tool_error':
      return ended(screen, events, event, paint('bad', `failed: ${plain(event.error)}`));
    case 'expired':
      return say('policy', `nobody answered in time: ${event.outcome}`);
    case 'cancelled':
      return say('person', `cancelled by ${event.by}${event.reason ? `: ${event.reason}` : ''}`);
    default:
      return event satisfies never;
  }
}

function ended(
  screen: Screen,
  events: readonly Event[],
  outcome: EventOf<'tool_result' | 'tool_error'>,
  text: string,
): void {
  const time = took(events, outcome);
  screen.finish(time ? `${text}, ${time}` : text, head(screen, events, outcome));
}

function head(screen: Screen, events: readonly Event[], { call_id }: { call_id: string }): string {
  const call = callOf(events, call_id);
  return call ? stepLine(call, screen) : `     ${plain(call_id)}`;
}

function hear(
  screen: Screen,
  id: string,
  events: readonly Event[],
  { from, text, data }: EventOf<'message'>,
  isOwn: boolean,
): void {
  if (!isOwn) screen.print(remark(screen, 'person', `${from}: ${text ?? compact(data)}`));
  else if (events.length === 1) screen.print(remark(screen, 'dim', `${id} started`, '  '));
  const withdrawn = withdraws(events);
  if (withdrawn !== undefined)
    screen.print(remark(screen, 'dim', `so ${withdrawn} was taken back`));
}

/** The request that the last event, a message, took back. */
export function withdraws(events: readonly Event[]): string | undefined {
  const before = events.slice(0, -1).reduce(reduce, initialState);
  const { open } = before;
  const after = events.reduce(reduce, initialState);
  if (!open || after.open) return undefined;
  return before.status === 'waiting_for_human' ? 'the question' : plain(open.step?.intent ?? '');
}

function denied(screen: Screen, events: readonly Event[], event: EventOf<'approval'>): void {
  screen.begin(head(screen, events, event));
  screen.finish(screen.paint('policy', `denied by policy.ts: ${plain(event.comment ?? '')}`), '');
}

function decision({ approved, by, comment }: EventOf<'approval'>, isOwn: boolean): string {
  const where = isOwn ? ' (this terminal)' : '';
  return `${approved ? 'approved' : 'denied'} by ${by}${where}${comment ? `: ${comment}` : ''}`;
}
