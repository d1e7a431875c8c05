import type { Event } from '../core/event.ts';
import { plain, remark } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { findCall, stepLine, viewOf, withReason, type EventView } from './event-view.ts';

/** Prints the last of `events` as it happens. `isOwn`: it was caused here. */
export function printEvent(
  screen: Screen,
  id: string,
  events: readonly Event[],
  isOwn: boolean,
): void {
  const event = events.at(-1);
  const view = viewOf(events);
  if (!event || printStep(screen, events, event, view)) return;
  // The code that waits for the answer prints the request.
  if (!view || event.type === 'handed_over') return;
  const isTyped = isOwn && (event.type === 'message' || event.type === 'human_response');
  if (isTyped && events.length === 1) screen.print(remark(screen, 'dim', `${id} started`, '  '));
  if (!isTyped) screen.print(remark(screen, view.role, sentenceOf(event, view, isOwn)));
  if (view.note) screen.print(remark(screen, 'dim', view.note));
}

/** Prints a step and its outcome on one line. @returns whether it did */
function printStep(
  screen: Screen,
  events: readonly Event[],
  event: Event,
  view: EventView | undefined,
): boolean {
  if (!('call_id' in event)) return false;
  const call = findCall(events, event.call_id);
  const line = call ? stepLine(call, screen) : `     ${plain(event.call_id)}`;
  switch (event.type) {
    case 'tool_call':
      if (event.awaits === 'message') screen.print(line);
      return true;
    case 'tool_started':
      screen.begin(event.attempt > 1 ? `${line}  attempt ${event.attempt}` : line);
      return true;
    case 'tool_pending':
    case 'tool_result':
    case 'tool_error':
      screen.finish(view ? outcomeOf(screen, view) : '', line);
      return true;
    case 'approval':
      if (event.by !== 'policy') return false;
      screen.begin(line);
      screen.finish(screen.paint('policy', withReason('denied by policy.ts', view?.reason)), '');
      return true;
    default:
      return false;
  }
}

function outcomeOf({ paint }: Screen, view: EventView): string {
  const { text, summary = text, reason, role, duration } = view;
  const outcome = paint(role, withReason(summary, reason));
  return duration ? `${outcome}, ${duration}` : outcome;
}

function sentenceOf(event: Event, view: EventView, isOwn: boolean): string {
  const { who, text, summary = text, reason, subject } = view;
  const here = isOwn ? ' (this terminal)' : '';
  switch (event.type) {
    case 'message':
    case 'human_response':
      return `${who}: ${summary}`;
    case 'approval':
      return withReason(`${text} by ${who}${here}`, reason);
    case 'cancelled':
      return withReason(`${text} by ${who}`, reason);
    case 'prefetched':
      return `prefetched ${subject}`;
    default:
      return withReason(`the ${who} ${text}`, reason);
  }
}
