import type { ThreadDocument } from '../api/api.ts';
import { oneLine } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { notCached } from './http-errors.ts';

/** Characters that are kept for a slow client, unless a single event has more. */
const PART_LENGTH = 1_000_000;
/** Bytes in one chunk of a response. */
const CHUNK_BYTES = 65_536;
/** ms for which the events are kept for a client that reads quickly. */
const KEPT_MS = 250;
/** ms after which a response ends, if the client took no chunk. */
const STALLED_MS = 30_000;

type Source = {
  /** The events that are kept. A slow client keeps none. */
  events?: readonly Event[];
  load: () => Promise<readonly Event[]>;
};

/**
 * Responds with a thread as JSON, no faster than the client reads it. What a slow client has not
 * read yet is loaded again with `load`, and not kept: saved events never change.
 */
export function documentResponse(
  { events, ...rest }: ThreadDocument,
  load: Source['load'],
): Response {
  const chunks = chunksOf(rest, { events, load });
  const headers = { 'content-type': 'application/json', ...notCached };
  return new Response(streamOf(chunks), { headers });
}

function streamOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  let stalled: NodeJS.Timeout | undefined;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      clearTimeout(stalled);
      const cutOff = (reason: string) => controller.error(cutOffError(reason));
      try {
        const { value, done } = await chunks.next();
        if (done) return controller.close();
        controller.enqueue(value);
        stalled = setTimeout(cutOff, STALLED_MS, 'its client took nothing of it for 30 s').unref();
      } catch (error) {
        cutOff(oneLine(error));
      }
    },
    async cancel() {
      clearTimeout(stalled);
      await chunks.return(undefined);
    },
  };
  // Without a buffer, nothing is read before the client asks for it.
  return new ReadableStream(source, { highWaterMark: 0 });
}

/** Without a stack: the HTTP adapter writes the error to stderr. */
function cutOffError(reason: string): Error {
  const error = new Error(`A response was cut off: ${reason}`);
  delete error.stack;
  return error;
}

async function* chunksOf(rest: object, source: Source): AsyncGenerator<Uint8Array> {
  const length = source.events?.length ?? 0;
  yield* split(`${JSON.stringify(rest).slice(0, -1)},"events":[`);
  for (let start = 0; start < length;) {
    const { text, end } = await nextPart(source, start, length);
    const forget = setTimeout(() => delete source.events, KEPT_MS).unref();
    yield* split(start === 0 ? text : `,${text}`);
    clearTimeout(forget);
    start = end;
  }
  yield* split(']}');
}

async function nextPart(source: Source, start: number, length: number) {
  source.events ??= await source.load();
  const texts: string[] = [];
  let size = 0;
  for (const event of source.events.slice(start, length)) {
    if (size >= PART_LENGTH) break;
    const text = JSON.stringify(event);
    texts.push(text);
    size += text.length;
  }
  if (texts.length === 0) throw new Error('the thread has fewer events than before');
  return { text: texts.join(','), end: start + texts.length };
}

function* split(text: string): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    yield bytes.subarray(start, start + CHUNK_BYTES);
  }
}
