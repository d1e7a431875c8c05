import type { Event } from './event.ts';
import { redactor, truncate, wellFormed } from './sanitize.ts';
import { eventTypes } from './thread.ts';

export type ContextOptions = {
  /** Values that the model must not see. */
  readonly secrets?: readonly string[];
  /** Characters of one block. The rest is cut, with a note. */
  readonly maxChars?: number;
};

type Sanitize = (text: string) => string;
type RenderContext = (events: readonly Event[]) => string[];

/**
 * Renders a thread as the context window, one block for each event. A block depends on its own
 * event only, so each window is a prefix of the next, and the provider's cache hits.
 */
export function contextWindow(options: ContextOptions = {}): RenderContext {
  const { secrets = [], maxChars = 8_000 } = options;
  const redact = redactor(secrets);
  const sanitize: Sanitize = (text) => escapeTags(redact(wellFormed(text)));
  const rendered = new WeakMap<Event, string>();
  const renderOnce = (event: Event): string => {
    const block = rendered.get(event) ?? renderBlock(event, sanitize, maxChars);
    rendered.set(event, block);
    return block;
  };
  return (events) => {
    const blocks = withoutRecoveredErrors(events).map(renderOnce);
    return blocks.filter((block) => block !== '');
  };
}

const blockTag = new RegExp(`<(?=[\\s/]*(?:${eventTypes.join('|')})\\b)`, 'gi');

/** Escapes what could pass for a tag of a block. Other code and markup stays as it is. */
export function escapeTags(text: string): string {
  return text.replace(/&(?=(?:amp;)*lt;)/g, '&amp;').replace(blockTag, '&lt;');
}

/** Leaves out errors that were overcome: a later call with the same intent succeeded. */
export function withoutRecoveredErrors(events: readonly Event[]): readonly Event[] {
  if (!events.some(({ type }) => type === 'tool_error' || type === 'model_error')) return events;
  const recovered = recoveredCalls(events);
  const lastCall = events.map(({ type }) => type).lastIndexOf('tool_call');
  return events.filter((event, index) => {
    if (event.type === 'model_error') return index > lastCall;
    return !('call_id' in event && recovered.has(event.call_id));
  });
}

/** Returns the ids of failed calls whose intent succeeded later. */
function recoveredCalls(events: readonly Event[]): ReadonlySet<string> {
  const outcomes = new Map<string, Event['type']>();
  for (const event of events) {
    if ('call_id' in event) outcomes.set(event.call_id, event.type);
  }
  const succeeded = new Set<string>();
  const recovered = new Set<string>();
  for (const event of [...events].reverse()) {
    if (event.type !== 'tool_call' && event.type !== 'approval') continue;
    const call = event.type === 'tool_call' ? event : event.edit;
    if (!call) continue;
    const { call_id, step } = call;
    const outcome = outcomes.get(call_id);
    if (outcome === 'tool_result') succeeded.add(step.intent);
    // A person's edit stays, with its error.
    if (event.type !== 'tool_call') continue;
    if (outcome === 'tool_error' && succeeded.has(step.intent)) recovered.add(call_id);
  }
  return recovered;
}

/** Only tags start a line; the body is indented by a space. So no text can forge a block. */
function renderBlock(event: Event, sanitize: Sanitize, maxChars: number): string {
  const body = bodyOf(event);
  if (body === undefined) return '';
  return `<${event.type}>\n${formatValue(body, ' ', sanitize, maxChars)}`;
}

/** Returns what the model sees of an event; undefined for bookkeeping. */
function bodyOf(event: Event): unknown {
  switch (event.type) {
    case 'message':
      return { from: event.from, text: event.text, data: event.data };
    case 'prefetched':
      return { [event.name]: event.result };
    case 'tool_call':
      return event.step;
    case 'approval':
      if (event.edit) return { changed_to: event.edit.step, by: event.by, comment: event.comment };
      return { approved: event.approved, by: event.by, comment: event.comment };
    case 'human_response':
      return { by: event.by, text: event.text };
    case 'tool_result':
      return event.result;
    case 'tool_error':
    case 'model_error':
      return event.error;
    case 'handed_over':
      return event.reason;
    case 'forked':
      return `copied from ${event.thread} by ${event.by}: what is above happened there`;
    case 'expired':
      return `no answer in time: ${event.outcome}`;
    case 'endorsed':
    case 'tool_started':
    case 'tool_pending':
    case 'child_started':
    case 'part_ended':
    case 'cancelled':
    case 'lifted':
    case 'delivery':
      return undefined;
    default:
      return event satisfies never;
  }
}

/**
 * Formats a value as lines: `key: value`, nested values indented, uniform records as a table. Each
 * text is sanitized; its further lines are indented, so that none can pass for a key. What is
 * longer than `maxChars` is cut, with a note.
 */
export function formatValue(
  value: unknown,
  indent: string,
  sanitize: Sanitize,
  maxChars: number,
): string {
  const lines: string[] = [];
  let left = maxChars;
  for (const line of linesOf(value, indent, sanitize)) {
    // To format a million items would hold up all other threads.
    if (left < 0) return truncate(lines.join('\n'), maxChars, false);
    lines.push(line);
    left -= line.length + 1;
  }
  return truncate(lines.join('\n'), maxChars);
}

function* linesOf(value: unknown, indent: string, sanitize: Sanitize): Generator<string> {
  const format = (scalar: unknown) => {
    const text = typeof scalar === 'string' ? scalar : (JSON.stringify(scalar) ?? '');
    return sanitize(text).replace(lineBreak, `$&${indent}  `);
  };
  if (!isNested(value)) return yield indent + format(value);
  if (isTable(value)) return yield* rowsOf(value, indent, format);
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !Array.isArray(value)) continue;
    const label = indent + (Array.isArray(value) ? '-' : `${format(key)}:`);
    yield isNested(item) ? label : `${label} ${format(item)}`;
    if (isNested(item)) yield* linesOf(item, `${indent} `, sanitize);
  }
}

function* rowsOf(records: readonly object[], indent: string, format: (cell: unknown) => string) {
  for (const cells of [Object.keys(records[0] ?? {}), ...records.map(Object.values)]) {
    const row = cells.map((cell: unknown) => format(cell).replace(/[\\|]/g, '\\$&'));
    yield indent + row.join('|');
  }
}

/** Whether a value is a list of flat records that all have the same fields in order. */
function isTable(value: object): value is object[] {
  if (!Array.isArray(value) || value.length < 2) return false;
  const fields = (item: unknown) => Object.keys(item ?? {}).join('\0');
  return value.every((item) => isFlatRecord(item) && fields(item) === fields(value[0]));
}

function isFlatRecord(value: unknown): value is object {
  if (!isNested(value) || Array.isArray(value)) return false;
  return !Object.values(value).some(isNested);
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
