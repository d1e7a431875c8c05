import type { Event, EventOf } from '../core/event.ts';
import { formatValue } from '../core/format.ts';
import { initialState, reduce } from '../core/thread.ts';
import { moment, plain, type Role } from '../screen/text.ts';
import {
  attemptDuration,
  findCall,
  isForPerson,
  shorten,
  stepArguments,
  stepText,
  summarize,
} from './format.ts';

/** Characters of one result in full; `--json` has all of it. */
const LONGEST = 1_000;

/** An event for people. All texts are printable and not yet wrapped. */
export type EventView = {
  /** A name, or `agent`, `model`, `tool`, `policy`. */
  readonly who: string;
  readonly role: Role;
  /** The intent of the step, or the name of a prefetched value. */
  readonly subject?: string;
  readonly text: string;
  readonly reason?: string;
  /** A value in a few words, where `text` has all of it. */
  readonly summary?: string;
  /** A consequence: the step needs approval, or the message takes a request back. */
  readonly note?: string | undefined;
  /** How long the tool ran. */
  readonly duration?: string;
  /** The text is code, which must not be wrapped. */
  readonly isCode?: boolean;
};

/** Describes the last of `events`; undefined for an event that people need not see. */
export function viewOf(events: readonly Event[]): EventView | undefined {
  const event = events.at(-1);
  switch (event?.type) {
    case undefined:
      return undefined;
    case 'message':
      return message(events, event);
    case 'prefetched': {
      const { name, result } = event;
      return { ...tool(fullValue(result)), subject: plain(name), summary: summarize(result) };
    }
    case 'tool_call':
      return toolCall(event);
    case 'model_error':
      return { who: 'model', role: 'bad', text: 'failed', reason: plain(event.error) };
    case 'approval':
      return approval(event);
    case 'human_response':
      return person(event.by, event.text);
    case 'tool_started':
      return event.attempt > 1 ? tool(`attempt ${event.attempt}`) : undefined;
    case 'tool_pending':
      return tool(`its result is due by ${moment(event.due)}`);
    case 'tool_result':
    case 'tool_error':
      return outcome(events, event);
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

export const withReason = (text: string, reason = ''): string =>
  reason === '' ? text : `${text}: ${reason}`;

const person = (who: string, text: string, reason = ''): EventView => ({
  who: plain(who),
  role: 'person',
  text: plain(text),
  reason: plain(reason),
});

const policy = (text: string, reason = ''): EventView => ({
  ...person('policy', text, reason),
  role: 'policy',
});

const tool = (text: string): EventView => ({ who: 'tool', role: 'tool', text });

function fullValue(value: unknown): string {
  const text = formatValue(value, '', plain);
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)} ... (${text.length} characters)`;
}

function message(events: readonly Event[], event: EventOf<'message'>): EventView {
  const { from, text, data } = event;
  const value = data === undefined ? undefined : fullValue(data);
  const parts = [text, value].filter((part) => part !== undefined);
  const withdrawn = withdrawnRequest(events);
  const note = withdrawn && `so ${withdrawn} was taken back`;
  const summary = text === undefined ? shorten(data) : plain(text);
  return { ...person(from, parts.join('\n')), summary, note };
}

/** The request that the last event, a message, took back. */
function withdrawnRequest(events: readonly Event[]): string | undefined {
  const { open, status } = events.slice(0, -1).reduce(reduce, initialState);
  const isOpen = events.reduce(reduce, initialState).open !== undefined;
  if (!open || isOpen) return undefined;
  return status === 'waiting_for_human' ? 'the question' : plain(open.step?.intent ?? '');
}

function toolCall(event: EventOf<'tool_call'>): EventView {
  const { step, objection } = event;
  const isCode = !isForPerson(event);
  const text = isCode ? stepArguments(step) : stepText(step);
  const view: EventView = {
    who: 'agent',
    role: 'agent',
    subject: plain(step.intent),
    text,
    isCode,
  };
  if (!objection || !('ask' in objection)) return view;
  return { ...view, note: `needs approval: ${plain(objection.ask)} (policy.ts)` };
}

function approval({ approved, by, comment }: EventOf<'approval'>): EventView {
  const text = approved ? 'approved' : 'denied';
  return by === 'policy' ? policy(text, comment) : person(by, text, comment);
}

function outcome(
  events: readonly Event[],
  event: EventOf<'tool_result' | 'tool_error'>,
): EventView {
  const { step } = findCall(events, event.call_id)?.event ?? {};
  const duration = attemptDuration(events, event);
  const call = { subject: plain(step?.intent ?? ''), duration };
  if (event.type === 'tool_error')
    return { ...tool('failed'), role: 'bad', reason: plain(event.error), ...call };
  const { result } = event;
  return { ...tool(fullValue(result)), summary: summarize(result), ...call };
}
