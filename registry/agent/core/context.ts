import { truncate, escapeTags, redact, wellFormed } from './sanitize.ts';
import type { Event } from './event.ts';
import { formatValue } from './format.ts';

export type ContextOptions = {
  /** Values that no model may see. */
  readonly secrets?: readonly string[];
  /** Characters of one block; the rest is cut, with a note. */
  readonly maxChars?: number;
};

/**
 * The whole context window: one block for each event that still matters. A block is a function of its own event
 * only, so without errors each window is a prefix of the next, and providers' prompt caches hit.
 */
export function contextWindow({ secrets = [], maxChars = 8_000 }: ContextOptions = {}): (
  events: readonly Event[],
) => string[] {
  const clean = (text: string) => escapeTags(redact(wellFormed(text), secrets));
  const blocks = new WeakMap<Event, string>();
  const toKnownBlock = (event: Event): string => {
    const known = blocks.get(event);
    if (known !== undefined) return known;
    const block = toBlock(event, clean, maxChars);
    blocks.set(event, block);
    return block;
  };
  return (events) => visible(events).map(toKnownBlock).filter(Boolean);
}

/** Leaves out what was overcome: a failed call once the same intent succeeded, an error of the model once it chose. */
export function visible(events: readonly Event[]): readonly Event[] {
  if (!events.some(({ type }) => type === 'tool_error' || type === 'model_error')) return events;
  const outcomes = new Map<string, Event['type']>();
  for (const event of events) if ('call_id' in event) outcomes.set(event.call_id, event.type);
  const [succeeded, overcome] = [new Set<string>(), new Set<string>()];
  for (const event of [...events].reverse()) {
    if (event.type !== 'tool_call') continue;
    const outcome = outcomes.get(event.call_id);
    if (outcome === 'tool_result') succeeded.add(event.step.intent);
    if (outcome === 'tool_error' && succeeded.has(event.step.intent)) overcome.add(event.call_id);
  }
  const lastCall = events.map(({ type }) => type).lastIndexOf('tool_call');
  return events.filter((event, index) =>
    event.type === 'model_error'
      ? index > lastCall
      : !('call_id' in event && overcome.has(event.call_id)),
  );
}

/** A tag at the start of a line is ours; everything inside is indented by a space. So no text can forge a block. */
function toBlock(event: Event, clean: (text: string) => string, maxChars: number): string {
  const body = toBody(event);
  if (body === undefined) return '';
  return `<${event.type}>\n${truncate(formatValue(body, ' ', clean), maxChars)}`;
}

/** What the model sees of an event: nothing of the bookkeeping. */
function toBody(event: Event): unknown {
  switch (event.type) {
    case 'message':
      return { from: event.from, text: event.text, data: event.data };
    case 'prefetched':
      return { [event.name]: event.result };
    case 'tool_call':
      return event.step;
    case 'approval':
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
    case 'expired':
      return `nobody answered in time: ${event.outcome}`;
    case 'tool_started':
    case 'tool_pending':
    case 'cancelled':
      return undefined;
    default:
      return event satisfies never;
  }
}
