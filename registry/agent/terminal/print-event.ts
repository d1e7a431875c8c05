import type { Event, EventOf } from '../core/event.ts';
import { plain, remark } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { viewOf, withReason, type EventView } from './event-view.ts';
import { findCall, stepLine } from './format.ts';

/**
 * Prints the last of `events` as it happens. `isOwn`: it was caused here. What a thread asks is
 * printed by the code that waits for the answer.
 */
export function printEvent(
  screen: Screen,
  id: string,
  events: readonly Event[],
  isOwn: boolean,
): void {
  const event = events.at(-1);
  const view = viewOf(events);
  switch (event?.type) {
    case 'tool_call':
      if (event.awaits === 'message') screen.print(callLine(screen, events, event));
      return;
    case 'tool_started':
      return screen.begin(withAttempt(callLine(screen, events, event), event.attempt));
    case 'tool_pending':
    case 'tool_result':
    case 'tool_error':
      return view && screen.finish(outcome(screen, view), callLine(screen, events, event));
    case 'approval':
      if (event.by === 'policy') return printDenial(screen, events, event);
      break;
    case 'human_response':
      if (isOwn) return;
      break;
    case 'message':
      if (!isOwn) break;
      if (events.length === 1) screen.print(remark(screen, 'dim', `${id} started`, '  '));
      return printNote(screen, view);
    case 'handed_over':
      return;
  }
  if (!event || !view) return;
  const role = event.type === 'prefetched' ? 'dim' : view.role;
  screen.print(remark(screen, role, sentenceOf(event, view, isOwn)));
  printNote(screen, view);
}

function sentenceOf(event: Event, view: EventView, isOwn: boolean): string {
  const { who, text, summary = text, reason, subject } = view;
  switch (event.type) {
    case 'message':
    case 'human_response':
      return `${who}: ${summary}`;
    case 'approval':
      return withReason(`${text} by ${who}${isOwn ? ' (this terminal)' : ''}`, reason);
    case 'cancelled':
      return withReason(`${text} by ${who}`, reason);
    case 'model_error':
      return withReason(`the ${who} ${text}`, reason);
    case 'prefetched':
      return `prefetched ${subject}`;
    default:
      return withReason(text, reason);
  }
}

function printNote(screen: Screen, view: EventView | undefined): void {
  if (view?.note) screen.print(remark(screen, 'dim', view.note));
}

function outcome({ paint }: Screen, view: EventView): string {
  const { text, summary = text, reason, role, duration } = view;
  const painted = paint(role, withReason(summary, reason));
  return duration ? `${painted}, ${duration}` : painted;
}

function callLine(
  screen: Screen,
  events: readonly Event[],
  { call_id }: { call_id: string },
): string {
  const call = findCall(events, call_id);
  return call ? stepLine(call, screen) : `     ${plain(call_id)}`;
}

const withAttempt = (line: string, attempt: number): string =>
  attempt > 1 ? `${line}  attempt ${attempt}` : line;

/** The policy denied the step, which never starts. */
function printDenial(screen: Screen, events: readonly Event[], event: EventOf<'approval'>): void {
  const reason = plain(event.comment ?? '');
  screen.begin(callLine(screen, events, event));
  screen.finish(screen.paint('policy', `denied by policy.ts: ${reason}`), '');
}
