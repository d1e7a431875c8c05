import { formatValue } from '../core/context.ts';
import { isObject, without } from '../core/event.ts';
import type { Event, EventOf, Step } from '../core/event.ts';
import { endorsersOf } from '../core/policy.ts';
import { redact, redactor, secretsIn, truncate } from '../core/sanitize.ts';
import { firstMessage } from '../core/thread.ts';

/** Returns the only text of a step, or all its arguments as JSON. */
export function textOf(step: Step | undefined): string {
  if (step === undefined) return '';
  const args = without(step, 'intent');
  const texts = Object.values(args).filter((value) => typeof value === 'string');
  const [text = '', ...more] = texts;
  return more.length === 0 && text !== '' ? text : JSON.stringify(args);
}

/** Returns a step without the secrets in its texts. */
export function withoutSecrets(step: Step): Step {
  return {
    ...redactDeep(without(step, 'intent')),
    intent: step.intent,
  };
}

function redactDeep<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T & string;
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(item)) as T & unknown[];
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [redact(key), redactDeep(item)]);
  return Object.fromEntries(entries) as T;
}

/** The person who started a thread, and what for. `data` has a line for each value. */
export type Task = Readonly<{ from: string; text: string; data: string }>;

/**
 * Returns the task of a thread, without secrets: its first message. For a child thread, this is
 * what the parent asks for. A part longer than `maxChars` is cut, with a note.
 */
export function taskOf(events: readonly Event[], maxChars: number): Task {
  const { from = '', text = '', data } = firstMessage(events) ?? {};
  return {
    from,
    text: truncate(redact(text), maxChars),
    data: data === undefined ? '' : formatData(data, maxChars),
  };
}

/** Larger data is shown as JSON: to format it would hold up all other threads. */
const MAX_FORMATTED_CHARS = 20_000;

function formatData(data: unknown, maxChars: number): string {
  const json = JSON.stringify(data) ?? '';
  if (json.length > MAX_FORMATTED_CHARS) return truncate(redact(json), maxChars);
  return formatValue(data, '', redactor(secretsIn(process.env)), maxChars);
}

/** Says how a request ended, in a sentence. `events` are those of its thread. */
export function describeAnswer(event: Event, events: readonly Event[]): string {
  switch (event.type) {
    case 'approval':
      return withComment(describeDecision(event, events), event.comment);
    case 'human_response':
      return `Answered by ${event.by}: ${event.text}`;
    case 'message':
      return `Taken back: ${event.from} wrote instead.`;
    case 'expired':
      return event.outcome === 'denied'
        ? 'No answer in time: denied.'
        : 'No answer in time: failed.';
    case 'cancelled':
      return withComment(`Cancelled by ${event.by}`, event.reason);
    default:
      return 'No longer open: the outcome is known.';
  }
}

function describeDecision(event: EventOf<'approval'>, events: readonly Event[]): string {
  const { call_id, approved, by, edit } = event;
  if (edit) return `Edited by ${by}, to ${JSON.stringify(without(edit.step, 'intent'))}`;
  if (!approved) return `Denied by ${by}`;
  const people = new Set([...endorsersOf(call_id, events), by]);
  return `Approved by ${[...people].join(' and ')}`;
}

function withComment(sentence: string, comment: string | undefined): string {
  return comment ? `${sentence}: ${comment}` : `${sentence}.`;
}
