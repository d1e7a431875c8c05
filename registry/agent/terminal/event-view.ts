import type { Event, EventOf } from '../core/event.ts';
import { formatValue } from '../core/format.ts';
import { initial, reduce } from '../core/thread.ts';
import { moment, plain, type Role } from '../screen/text.ts';
import {
  attemptDuration,
  findCall,
  isForPerson,
  shorten,
  stepArguments,
  stepText,
  summarize,
} from './step-text.ts';

/** Characters of a value in `text`; `--json` shows all of it. */
const MAX_VALUE = 1_000;

/** An event for people. All texts are printable and not yet wrapped. */
export type EventView = {
  /** A person's name, or `agent`, `model`, `tool`, `policy`. */
  readonly who: string;
  readonly role: Role;
  /** The intent of the step, or the name of a prefetched value. */
  readonly subject?: string;
  readonly text: string;
  /** The text in a few words, if it is a value. */
  readonly summary?: string;
  readonly reason?: string;
  /** A consequence: a step needs approval, or a request is taken back. */
  readonly note?: string;
  /** How long the tool ran. */
  readonly duration?: string;
  /** The text is code, which is not wrapped. */
  readonly isCode?: boolean;
};

/** Describes the last of `events`; undefined if people need not see it. */
export function viewOf(events: readonly Event[]): EventView | undefined {
  const event = events.at(-1);
  switch (event?.type) {
    case undefined:
      return undefined;
    case 'message':
      return message(events, event);
    case 'prefetched':
      return { ...value(event.result), subject: plain(event.name) };
    case 'tool_call':
      return toolCall(event);
    case 'model_error':
      return failure('model', event.error);
    case 'approval':
      return approval(event);
    case 'human_response':
      return person(event.by, event.text);
    case 'tool_started':
      return event.attempt > 1 ? tool(`attempt ${event.attempt}`) : undefined;
    case 'tool_pending':
      return tool(`its result is due by ${moment(event.due)}`);
    case 'tool_result':
      return { ...value(event.result), ...attempt(events, event) };
    case 'tool_error':
      return { ...failure('tool', event.error), ...attempt(events, event) };
    case 'handed_over':
      return policy('handed to a person', event.reason);
    case 'expired':
      return policy('no answer in time', event.outcome);
    case 'cancelled':
      return person(event.by, 'cancelled', event.reason);
    default:
      return event satisfies never;
  }
}

export function withReason(text: string, reason: string | undefined): string {
  return reason ? `${text}: ${reason}` : text;
}

const tool = (text: string): EventView => ({ who: 'tool', role: 'tool', text });

function person(who: string, text: string, reason = ''): EventView {
  return { who: plain(who), role: 'person', text: plain(text), reason: plain(reason) };
}

function policy(text: string, reason = ''): EventView {
  return { ...person('policy', text, reason), role: 'policy' };
}

function failure(who: string, error: string): EventView {
  return { who, role: 'bad', text: 'failed', reason: plain(error) };
}

function value(result: unknown): EventView {
  return { ...tool(fullText(result)), summary: summarize(result) };
}

function fullText(result: unknown): string {
  const text = formatValue(result, '', plain);
  if (text.length <= MAX_VALUE) return text;
  return `${text.slice(0, MAX_VALUE)} ... (${text.length} characters)`;
}

function message(events: readonly Event[], event: EventOf<'message'>): EventView {
  const { from, text, data } = event;
  const values = data === undefined ? [] : [fullText(data)];
  const lines = [text, ...values].filter((line) => line !== undefined);
  const summary = plain(text ?? shorten(data));
  const view = { ...person(from, lines.join('\n')), summary };
  const request = requestTakenBack(events);
  if (request === undefined) return view;
  return { ...view, note: `so ${request} was taken back` };
}

/** The request that the last event, a message, took back. */
function requestTakenBack(events: readonly Event[]): string | undefined {
  const { open, status } = events.slice(0, -1).reduce(reduce, initial);
  const after = events.reduce(reduce, initial);
  if (!open || after.open) return undefined;
  if (status === 'waiting_for_human') return 'the question';
  return plain(open.step?.intent ?? '');
}

function toolCall(event: EventOf<'tool_call'>): EventView {
  const { step, objection } = event;
  const isCode = !isForPerson(event);
  const text = isCode ? stepArguments(step) : stepText(step);
  const agent = { who: 'agent', role: 'agent' } as const;
  const view = { ...agent, subject: plain(step.intent), text, isCode };
  if (!objection || !('ask' in objection)) return view;
  return { ...view, note: `needs approval: ${plain(objection.ask)} (policy.ts)` };
}

function approval({ approved, by, comment }: EventOf<'approval'>): EventView {
  const text = approved ? 'approved' : 'denied';
  if (by === 'policy') return policy(text, comment);
  return person(by, text, comment);
}

function attempt(
  events: readonly Event[],
  outcome: EventOf<'tool_result' | 'tool_error'>,
): Pick<EventView, 'subject' | 'duration'> {
  const call = findCall(events, outcome.call_id)?.event;
  const duration = attemptDuration(events, outcome);
  return { subject: plain(call?.step.intent ?? ''), duration };
}
