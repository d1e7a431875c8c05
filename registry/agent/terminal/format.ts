import type { Event, EventOf, Step, Usage } from '../core/event.ts';
import { duration, type Page, plain, wrap } from '../screen/text.ts';

/** The arguments, exactly, as JSON on one line. */
export function argumentsOf(step: Step): string {
  return plain(JSON.stringify(withoutIntent(step)));
}

const withoutIntent = (step: Step): object =>
  Object.fromEntries(Object.entries(step).filter(([name]) => name !== 'intent'));

/** What a step says to a person: its only text, else its arguments. */
export function spoken(step: Step): string {
  const [text, ...more] = Object.values(withoutIntent(step)).filter(
    (value) => value !== null && value !== undefined,
  );
  if (text === undefined) return '';
  return typeof text === 'string' && more.length === 0 ? plain(text) : argumentsOf(step);
}

export type Call = { readonly number: number; readonly event: EventOf<'tool_call'> };

/** The call with this id, and its step number: the agent's first step in the thread is 1. */
export function callOf(events: readonly Event[], call_id: string): Call | undefined {
  const calls = events.filter((event) => event.type === 'tool_call');
  const index = calls.findIndex((call) => call.call_id === call_id);
  const event = calls[index];
  return event && { number: index + 1, event };
}

/** Whether a step is said to a person, and not for code to run. */
export const isSpoken = ({ awaits }: EventOf<'tool_call'>): boolean =>
  awaits === 'answer' || awaits === 'message';

/** One step on one line: its number, its intent, and its exact arguments, or what it says to a person. */
export function stepLine({ number, event }: Call, { paint, columns }: Page): string {
  const isWide = columns() >= 80;
  const intent = plain(event.step.intent);
  const gap = ' '.repeat(isWide ? Math.max(1, 19 - intent.length) : 1);
  const head = `${String(number).padStart(3)}  ${paint('agent', intent)}${gap}`;
  if (!isSpoken(event)) return head + argumentsOf(event.step);
  return wrap(head + spoken(event.step), columns(), ' '.repeat(isWide ? 24 : 5)).trimEnd();
}

/** Any value on one line; only its start, if it is longer than `max`. */
export function compact(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const line = plain(text.replace(/\s+/g, ' ').trim());
  return line.length > max ? `${line.slice(0, max)} ... (${line.length} characters)` : line;
}

/** What a result comes to: a text or a few values, the first column of a list, or just that it went well. */
export function brief(result: unknown): string {
  if (typeof result === 'string') return compact(result) || 'ok';
  const firsts = Array.isArray(result) ? result.map(firstOf) : [];
  if (firsts.length > 0 && firsts.every((first) => typeof first !== 'object'))
    return compact(firsts.join(', '));
  const text = result === null || result === true ? 'ok' : compact(result);
  return text.length <= 40 ? text : 'ok';
}

const firstOf = (row: unknown): unknown =>
  typeof row === 'object' && row ? Object.values(row)[0] : row;

/** How long the attempt took that ended with `outcome`; nothing if it was too short to matter. */
export function took(
  events: readonly Event[],
  outcome: EventOf<'tool_result' | 'tool_error'>,
): string {
  const isStart = (event: Event) =>
    event.type === 'tool_started' &&
    event.call_id === outcome.call_id &&
    event.attempt === outcome.attempt;
  const started = events.filter(isStart).at(-1);
  const ms = started ? Date.parse(outcome.at) - Date.parse(started.at) : 0;
  return ms >= 100 ? duration(ms) : '';
}

/** What the models took, in words, dollars where they are known; nothing if no model said so. */
export function spending({
  input_tokens,
  output_tokens,
  cached_tokens,
  reasoning_tokens,
  usd,
}: Usage): string {
  if (input_tokens + output_tokens === 0 && !usd) return '';
  const came = `${count(input_tokens)} tokens in${ofThem(cached_tokens, 'cached')}`;
  const went = `${count(output_tokens)} out${ofThem(reasoning_tokens, 'reasoning')}`;
  return [came, went, ...(usd === undefined ? [] : [dollars(usd)])].join(', ');
}

/** The same in one short word: the dollars, else the tokens. */
export function cost({ input_tokens, output_tokens, usd }: Usage): string {
  if (usd !== undefined) return dollars(usd);
  const tokens = input_tokens + output_tokens;
  return tokens === 0 ? '' : `${short.format(tokens)} tokens`;
}

/** To the cent; what is less than one, as closely as it takes to see it. */
const dollars = (usd: number): string =>
  `$${usd === 0 || usd >= 0.01 ? usd.toFixed(2) : small.format(usd)}`;

const count = (tokens: number): string => tokens.toLocaleString('en');
const small = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});
const short = new Intl.NumberFormat('en', { notation: 'compact' });

const ofThem = (tokens: number | undefined, what: string): string =>
  tokens ? ` (${count(tokens)} of them ${what})` : '';
