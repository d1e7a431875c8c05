import type { StreamedEvent } from '../api/api.ts';
import { Refused } from '../core/errors.ts';
import { areDeliveries, type Event } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { initial, reduce, type State } from '../core/thread.ts';
import type { DraftSource } from './drafts.ts';
import { notCached } from './http-errors.ts';
import { StoreUnavailable } from './time-limited-store.ts';

/** Characters in one chunk, unless a single event is longer. */
const MAX_CHUNK = 1_000_000;
const HEARTBEAT_MS = 15_000;

type StreamSource = {
  /** Reads the thread. The stream ends if this is refused. */
  read: () => Promise<Thread>;
  /** Whether the thread may have more than `version` events. */
  hasChanged: (version: number) => Promise<boolean>;
  /** Calls back when there may be a new event. @returns the function that ends this */
  watch: (onAppend: () => void) => () => void;
  /** ms between two reads without a call of `onAppend`, which may be missed. */
  readonly pollMs: number;
  /** Ends the stream. */
  readonly stopping: AbortSignal;
  /** Missing if the client did not ask for drafts. */
  readonly drafts?: DraftSource | undefined;
};

/**
 * Responds with the events after the first `seen` as server-sent events, as they happen, and no
 * faster than the client reads them.
 */
export function eventStream(source: StreamSource, seen: number): Response {
  const disconnected = new AbortController();
  const chunks = streamChunks(source, seen, disconnected.signal);
  const encoder = new TextEncoder();
  const bytes = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      disconnected.abort();
      await chunks.return(undefined);
    },
  };
  // Without a buffer, the stream starts at the first read. The response to HEAD is never read.
  const body = new ReadableStream<Uint8Array>(bytes, { highWaterMark: 0 });
  return new Response(body, { headers: streamHeaders });
}

export const streamHeaders = {
  'content-type': 'text/event-stream',
  // nginx does not buffer the response.
  'x-accel-buffering': 'no',
  // A proxy that compresses the events holds them back.
  'cache-control': `${notCached['cache-control']}, no-transform`,
};

async function* streamChunks(
  source: StreamSource,
  seen: number,
  disconnected: AbortSignal,
): AsyncGenerator<string, undefined> {
  const timer = interruptibleTimer();
  // A draft grows many times a second: then there is no need to read the thread.
  let mayHaveEvents = true;
  let readAgainAt = 0;
  const unwatch = source.watch(() => {
    mayHaveEvents = true;
    timer.interrupt();
  });
  const unwatchDrafts = source.drafts?.watch(timer.interrupt);
  const ends = [source.stopping, disconnected];
  for (const end of ends) end.addEventListener('abort', timer.interrupt);
  const position: SentEvents = { version: seen, decided: seen };
  let sentAt = performance.now();
  try {
    yield 'retry: 1000\n\n';
    while (!ends.some(({ aborted }) => aborted)) {
      const now = performance.now();
      const isRead = mayHaveEvents || now >= readAgainAt;
      if (isRead) readAgainAt = now + source.pollMs;
      // Starts before the read, so that an append during the read is noticed.
      const wait = timer.wait(Math.max(0, Math.min(readAgainAt, sentAt + HEARTBEAT_MS) - now));
      mayHaveEvents = false;
      let chunk = isRead ? await nextChunk(source, position) : '';
      if (chunk === undefined) return;
      // There may be more than one chunk.
      if (chunk !== '') mayHaveEvents = true;
      chunk += source.drafts?.next(position) ?? '';
      const isSilent = performance.now() - sentAt >= HEARTBEAT_MS;
      if (chunk || isSilent) {
        sentAt = performance.now();
        yield chunk || ': \n\n';
      } else if (position.state?.status === 'cancelled') return;
      else await wait;
    }
  } finally {
    unwatch();
    unwatchDrafts?.();
    source.stopping.removeEventListener('abort', timer.interrupt);
    timer.interrupt();
  }
}

/**
 * How many events were sent and, once the thread was read, the state after them. Behind the first
 * `decided` ones, people were only told something.
 */
type SentEvents = { version: number; decided: number; state?: State };

/**
 * Returns the next events as text and moves `position`; undefined once the thread is refused. It
 * reads the whole thread each time: a slow client then keeps no unsent events in memory.
 */
async function nextChunk(
  { read, hasChanged }: StreamSource,
  position: SentEvents,
): Promise<string | undefined> {
  try {
    if (position.state && !(await hasChanged(position.version))) return '';
    const { events } = await read();
    return takeChunk(position, events);
  } catch (error) {
    if (error instanceof StoreUnavailable) return '';
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function takeChunk(position: SentEvents, events: readonly Event[]): string {
  const sent = events.slice(0, position.version);
  let version = sent.length;
  let state = position.state ?? sent.reduce(reduce, initial);
  let chunk = '';
  for (const event of events.slice(version)) {
    if (chunk.length >= MAX_CHUNK) break;
    version += 1;
    state = reduce(state, event);
    const data: StreamedEvent = { version, status: state.status, event };
    chunk += `id: ${version}\ndata: ${JSON.stringify(data)}\n\n`;
  }
  const isDecision = events.slice(0, version).map((event) => !areDeliveries([event]));
  Object.assign(position, { version, state, decided: isDecision.lastIndexOf(true) + 1 });
  return chunk;
}

type InterruptibleTimer = {
  /** Ends the wait in progress, also before it is awaited. */
  interrupt: () => void;
  /** Resolves after `ms`, or when interrupted. Replaces the wait in progress. */
  wait: (ms: number) => Promise<void>;
};

function interruptibleTimer(): InterruptibleTimer {
  let end: () => void = () => undefined;
  return {
    interrupt: () => end(),
    wait(ms) {
      end();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
