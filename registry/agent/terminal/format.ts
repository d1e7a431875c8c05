import type { Event, EventOf, Step, Usage } from '../core/event.ts';
import { duration, plain, wrap, type Page } from '../screen/text.ts';

/** The exact arguments of a step, as JSON on one line. */
export function stepArguments(step: Step): string {
  return plain(JSON.stringify(withoutIntent(step)));
}

const withoutIntent = (step: Step): object =>
  Object.fromEntries(Object.entries(step).filter(([name]) => name !== 'intent'));

/** The text of a step for a person: its only argument if that is a text, else all arguments. */
export function stepText(step: Step): string {
  const values = Object.values(withoutIntent(step));
  const [text, ...more] = values.filter((value) => value !== null && value !== undefined);
  if (text === undefined) return '';
  return typeof text === 'string' && more.length === 0 ? plain(text) : stepArguments(step);
}

/** Whether a person reads the step. Otherwise code runs it. */
export const isForPerson = ({ awaits }: EventOf<'tool_call'>): boolean =>
  awaits === 'answer' || awaits === 'message';

/** A tool call with its step number, counted from 1 in its thread. */
export type NumberedCall = { readonly number: number; readonly event: EventOf<'tool_call'> };

export function findCall(events: readonly Event[], call_id: string): NumberedCall | undefined {
  const calls = events.filter((event) => event.type === 'tool_call');
  const index = calls.findIndex((call) => call.call_id === call_id);
  const event = calls[index];
  return event && { number: index + 1, event };
}

/** A step on one line: number, intent, and its exact arguments or its text for a person. */
export function stepLine({ number, event }: NumberedCall, { paint, columns }: Page): string {
  const isWide = columns() >= 80;
  const intent = plain(event.step.intent);
  const gap = ' '.repeat(isWide ? Math.max(1, 19 - intent.length) : 1);
  const head = `${String(number).padStart(3)}  ${paint('agent', intent)}${gap}`;
  if (!isForPerson(event)) return head + stepArguments(event.step);
  return wrap(head + stepText(event.step), columns(), ' '.repeat(isWide ? 24 : 5)).trimEnd();
}

/** Any value on one line, cut after `max` characters. */
export function shorten(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const line = plain(text.replace(/\s+/g, ' ').trim());
  return line.length > max ? `${line.slice(0, max)} ... (${line.length} characters)` : line;
}

/** A result in a few words: a text, small values, the first column of a list, or `ok`. */
export function summarize(result: unknown): string {
  if (typeof result === 'string') return shorten(result) || 'ok';
  const firsts = Array.isArray(result) ? result.map(firstValue) : [];
  if (firsts.length > 0 && firsts.every((first) => typeof first !== 'object'))
    return shorten(firsts.join(', '));
  if (result === null || result === true) return 'ok';
  const text = shorten(result);
  return text.length <= 40 ? text : 'ok';
}

const firstValue = (row: unknown): unknown =>
  typeof row === 'object' && row ? Object.values(row)[0] : row;

/** How long the attempt took that `outcome` ended. Empty below 0.1 s. */
export function attemptDuration(
  events: readonly Event[],
  { call_id, attempt, at }: EventOf<'tool_result' | 'tool_error'>,
): string {
  const starts = events.filter((event) => event.type === 'tool_started');
  const [started] = starts.filter((one) => one.call_id === call_id && one.attempt === attempt);
  const ms = started ? Date.parse(at) - Date.parse(started.at) : 0;
  return ms >= 100 ? duration(ms) : '';
}

/** The tokens, and dollars if they are known. Empty if no model reported its usage. */
export function formatUsage(usage: Usage): string {
  const { input_tokens, output_tokens, cached_tokens, reasoning_tokens, usd } = usage;
  if (input_tokens + output_tokens === 0 && !usd) return '';
  const input = `${count(input_tokens)} tokens in${partOf(cached_tokens, 'cached')}`;
  const output = `${count(output_tokens)} out${partOf(reasoning_tokens, 'reasoning')}`;
  return [input, output, ...(usd === undefined ? [] : [dollars(usd)])].join(', ');
}

/** The dollars, else the tokens, in one short word. Empty if neither is known. */
export function formatCost({ input_tokens, output_tokens, usd }: Usage): string {
  if (usd !== undefined) return dollars(usd);
  const tokens = input_tokens + output_tokens;
  return tokens === 0 ? '' : `${compact.format(tokens)} tokens`;
}

/** Rounds to cents; less than a cent to two digits. */
function dollars(usd: number): string {
  const isSmall = usd !== 0 && usd < 0.01;
  return `$${isSmall ? twoDigits.format(usd) : usd.toFixed(2)}`;
}

const count = (tokens: number): string => tokens.toLocaleString('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact' });
const twoDigits = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});

const partOf = (tokens: number | undefined, kind: string): string =>
  tokens ? ` (${count(tokens)} of them ${kind})` : '';
