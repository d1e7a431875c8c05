import type { Event, EventOf, Step, Usage } from '../core/event.ts';
import { duration, plain, wrap, type Page } from '../screen/text.ts';

/** The exact arguments of a step, as JSON on one line. */
export function stepArguments({ intent: _, ...rest }: Step): string {
  return plain(JSON.stringify(rest));
}

/** The only argument of a step if it is a text, else all arguments. */
export function stepText(step: Step): string {
  const { intent: _, ...rest } = step;
  const values = Object.values(rest);
  const [text, ...more] = values.filter((value) => value !== null && value !== undefined);
  if (text === undefined) return '';
  if (typeof text !== 'string' || more.length > 0) return stepArguments(step);
  return plain(text);
}

/** Whether a person reads the step. Otherwise code runs it. */
export function isForPerson({ awaits }: EventOf<'tool_call'>): boolean {
  return awaits === 'answer' || awaits === 'message';
}

/** A tool call with its step number, counted from 1 in its thread. */
type NumberedCall = {
  readonly number: number;
  readonly event: EventOf<'tool_call'>;
};

export function findCall(events: readonly Event[], call_id: string): NumberedCall | undefined {
  const calls = events.filter((event) => event.type === 'tool_call');
  const index = calls.findIndex((call) => call.call_id === call_id);
  const event = calls[index];
  return event && { number: index + 1, event };
}

/** A step on one line: number, intent, and its arguments or text. */
export function stepLine({ number, event }: NumberedCall, screen: Page): string {
  const { paint, columns } = screen;
  const intent = plain(event.step.intent);
  const isWide = columns() >= 80;
  const gap = ' '.repeat(Math.max(1, isWide ? 19 - intent.length : 1));
  const step = `${String(number).padStart(3)}  ${paint('agent', intent)}${gap}`;
  if (!isForPerson(event)) return step + stepArguments(event.step);
  return wrap(step + stepText(event.step), columns(), indentFor(screen)).trimEnd();
}

/** The indent of the further lines of a step. */
export function indentFor({ columns }: Page): string {
  return ' '.repeat(columns() >= 80 ? 24 : 5);
}

/** Any value on one line, cut after `max` characters. */
export function shorten(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = plain((text ?? '').replace(/\s+/g, ' ').trim());
  if (line.length <= max) return line;
  return `${line.slice(0, max)} ... (${line.length} characters)`;
}

/** A result in a few words: `ok` if it is neither short nor a list. */
export function summarize(result: unknown): string {
  if (result === null || result === true || result === '') return 'ok';
  if (typeof result === 'string') return shorten(result);
  const firsts = Array.isArray(result) && result.map(firstColumn);
  if (firsts && firsts.length > 0 && firsts.every((first) => typeof first !== 'object'))
    return shorten(firsts.join(', '));
  const text = shorten(result);
  return text.length <= 40 ? text : 'ok';
}

function firstColumn(row: unknown): unknown {
  return typeof row === 'object' && row ? Object.values(row)[0] : row;
}

/** How long the attempt took that `outcome` ended. Empty below 0.1 s. */
export function attemptDuration(
  events: readonly Event[],
  { call_id, attempt, at }: EventOf<'tool_result' | 'tool_error'>,
): string {
  const isStart = (event: Event) =>
    event.type === 'tool_started' && event.call_id === call_id && event.attempt === attempt;
  const started = events.find(isStart);
  if (!started) return '';
  const ms = Date.parse(at) - Date.parse(started.at);
  return ms >= 100 ? duration(ms) : '';
}

/** Tokens and dollars. Empty if no model reported its usage. */
export function formatUsage(usage: Usage): string {
  const { input_tokens: input, output_tokens: output, usd } = usage;
  if (input + output === 0 && !usd) return '';
  const cached = partOf(usage.cached_tokens, 'cached');
  const reasoning = partOf(usage.reasoning_tokens, 'reasoning');
  const tokens = `${count(input)} tokens in${cached}, ${count(output)} out${reasoning}`;
  if (usd === undefined) return tokens;
  return `${tokens}, ${dollars(usd)}`;
}

function partOf(tokens: number | undefined, kind: string): string {
  if (!tokens) return '';
  return ` (${count(tokens)} of them ${kind})`;
}

const count = (tokens: number): string => tokens.toLocaleString('en');

/** The dollars, else the tokens, as one short word. */
export function formatCost(usage: Usage): string {
  if (usage.usd !== undefined) return dollars(usage.usd);
  const tokens = usage.input_tokens + usage.output_tokens;
  if (tokens === 0) return '';
  return `${compact.format(tokens)} tokens`;
}

/** Rounds to cents. Less than a cent keeps two digits. */
function dollars(usd: number): string {
  if (usd > 0 && usd < 0.01) return `$${twoDigits.format(usd)}`;
  return `$${usd.toFixed(2)}`;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact' });
const twoDigits = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});
