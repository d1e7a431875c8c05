import { StreamedEvent } from '../api/api.ts';
import { ApiError, fromJson, isAway, LONGEST, pause, waitAfter } from './request.ts';

export type EventOptions = {
  /** The version behind which they begin: that of the last event known. */
  readonly after?: number;
  /** Ends them. */
  readonly signal?: AbortSignal;
  /** Hears why there is no connection, after so many tries in a row. What it throws ends the events. */
  onLost?(error: unknown, tries: number): void;
};

type Connect = (after: number, signal: AbortSignal) => Promise<Response>;

/** ms for which a connection has to bring signs of life, where it brought no event, to count as one that worked. */
const HELD_MS = 10_000;

/** How far they have come, and when anything came last. */
type Position = { version: number; heardAt: number };

/**
 * Each event once and in order, for as long as it takes: a connection that is lost, or silent for `silenceMs`, is made
 * anew behind the last event. It ends when the server says that no more will come.
 * @throws ApiError if the server refuses
 */
export async function* follow(
  connect: Connect,
  silenceMs: number,
  { after = 0, signal = new AbortController().signal, onLost }: EventOptions,
): AsyncGenerator<StreamedEvent, void> {
  const position: Position = { version: after, heardAt: 0 };
  for (let failures = 0; !signal.aborted;) {
    const [version, since] = [position.version, performance.now()];
    const lost = yield* connection(connect, silenceMs, position, signal);
    if (lost === undefined || signal.aborted) return;
    const worked = position.version > version || position.heardAt - since > HELD_MS;
    failures = worked ? 0 : failures + 1;
    if (worked) continue;
    onLost?.(lost, failures);
    await pause(waitAfter(lost, failures, 1_000), signal);
  }
}

/** What one connection brings. @returns why it was lost; undefined if no more will come */
async function* connection(
  connect: Connect,
  silenceMs: number,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, unknown> {
  const leaving = new AbortController();
  const ending = AbortSignal.any([leaving.signal, signal]);
  try {
    const response = await within(
      silenceMs,
      () => leaving.abort(),
      connect(position.version, ending),
    );
    if (response.status === 204 || !response.body) return undefined;
    for await (const data of messages(chunksOf(response.body, silenceMs, position, ending))) {
      const happened = toHappened(data);
      if (happened.version <= position.version) continue;
      position.version = happened.version;
      yield happened;
    }
    return new ApiError(0, { error: 'The connection was lost.' });
  } catch (error) {
    if (isAway(error)) return error;
    throw error;
  } finally {
    leaving.abort();
  }
}

function toHappened(data: string): StreamedEvent {
  const happened = StreamedEvent.safeParse(fromJson(data));
  if (happened.success) return happened.data;
  throw new ApiError(200, { error: 'The stream has something else than the events of an agent.' });
}

/** What a body brings, up to its end, `silenceMs` without anything, or the signal. */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', leave);
  try {
    for (;;) {
      // Whoever asked for the events may take long over one: that is no silence of the server.
      const { done, value } = await within(silenceMs, leave, reader.read());
      if (done) return;
      position.heardAt = performance.now();
      yield value;
    }
  } catch (cause) {
    throw new ApiError(0, { error: 'The connection was lost.' }, undefined, { cause });
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

async function within<T>(ms: number, giveUp: () => void, work: Promise<T>): Promise<T> {
  const timer = setTimeout(giveUp, ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** The data of server-sent events, wherever the chunks are cut. (HTML, 9.2.6; one that is cut off is none.) */
export async function* messages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let [rest, endsInCr] = ['', false];
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const decoded = decoder.decode(chunk, { stream: true });
    // Whether that line end was CR or half of CR LF shows only now.
    const text = endsInCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    if (decoded !== '') endsInCr = text.endsWith('\r');
    const [first = '', ...more] = text.split(/\r\n|\r|\n/);
    const lines = [rest + first, ...more];
    rest = lines.pop() ?? '';
    length += decoded.length;
    if (length > LONGEST)
      throw new ApiError(200, { error: 'The stream has an event that does not end.' });
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
      if (field === 'data') data.push(value);
      if (line === '') length = rest.length;
      if (line !== '' || data.length === 0) continue;
      yield data.join('\n');
      data = [];
    }
  }
}
