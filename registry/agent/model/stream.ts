import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { parseServerSentEvents, type ServerSentEvent } from '../http/server-sent-events.ts';
import { isFailure } from './provider-failure.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** How a provider streams an answer. */
export type StreamFormat = {
  /** Added to the body of a request, to ask for a stream. */
  readonly request: object;
  /**
   * Adds an event to the body so far. With the last one, it is the body that the provider's API
   * gives without streaming. Keeps the body if it does not know the event.
   */
  add: (body: Fields, event: Fields) => Fields;
  /** Whether the answer is complete with this event. */
  isLast: (event: Fields) => boolean;
};

/** The type of the event that ends a stream without JSON. */
export const DONE = '[DONE]';

/**
 * Reads a stream into the body that the API gives without streaming. If it tells a failure, or ends
 * early, that is the body. Returns undefined if there is no event: it may be an answer at once.
 */
export async function readStream(
  chunks: AsyncIterable<Uint8Array>,
  { add, isLast }: StreamFormat,
  onBody: (body: Fields) => void,
): Promise<Fields | undefined> {
  let body: Fields | undefined;
  let isComplete = false;
  for await (const sent of parseServerSentEvents(chunks)) {
    const event = readEvent(sent);
    if (isFailure(event)) return event;
    isComplete ||= isLast(event);
    // Some servers leave the connection open.
    if (event['type'] === DONE) break;
    body = add(body ?? {}, event);
    onBody(body);
  }
  return body === undefined || isComplete ? body : endedEarly;
}

const failure = (message: string): Fields => ({ error: { message } });

/** The body of a stream without its last event. */
export const endedEarly = failure('the stream ended early');

/** Reads the JSON of an event. A provider may tell an error by the type of the event only. */
function readEvent({ event, data }: ServerSentEvent): Fields {
  if (data.trim() === DONE) return { type: DONE };
  const json = parseJson(data);
  const fields = fieldsOf(json);
  const isError = event === 'error' || fields['type'] === 'error';
  if (isError && !isFailure(json)) return { error: json ?? data };
  // Without one piece, the answer could still be valid.
  const isDamaged = json === undefined && data.trimStart().startsWith('{');
  return isDamaged ? failure('the stream has an event that is not JSON') : fields;
}

/** Returns an object, or one without fields in place of anything else. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** Changes an item of a list, or appends one. */
export function withItem(
  list: unknown,
  index: unknown,
  change: (item: Fields) => Fields,
): readonly unknown[] {
  const items: unknown[] = Array.isArray(list) ? [...list] : [];
  const at = Math.min(Number(index), items.length);
  items[at] = change(fieldsOf(items[at]));
  return items;
}

/** Appends texts to the fields of the same names. */
export function withTexts(item: Fields, texts: Fields, names: readonly string[]): Fields {
  const grown: Record<string, unknown> = { ...item };
  for (const name of names) {
    const text = texts[name];
    if (typeof text !== 'string') continue;
    grown[name] = `${item[name] ?? ''}${text}`;
  }
  return grown;
}

/** Merges the counts of two events. They grow, and an event may have only some of them. */
export function mergeUsage(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return isObject(after) ? after : before;
  const merged: Record<string, unknown> = { ...before };
  for (const [name, count] of Object.entries(after)) {
    merged[name] = larger(before[name], count);
  }
  return merged;
}

function larger(one: unknown, other: unknown): unknown {
  if (typeof one === 'number' && typeof other === 'number') return Math.max(one, other);
  return other ?? one;
}
