import type { Happened } from '../api/api.ts';
import { Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { initialState, reduce, type State } from '../core/thread.ts';
import { noStore } from './http-errors.ts';
import { Outage } from './server-store.ts';

/** Characters in one piece, or one event: what a slow reader keeps in memory, however long the thread is. */
const AT_ONCE = 1_000_000;
const HEARTBEAT_MS = 15_000;

type Source = {
  /** Reads the thread anew. The stream waits out an `Outage`, and ends once the thread is `Refused`. */
  read(): Promise<Thread>;
  /** Calls back when there may be more. @returns what ends that */
  watch(onAppend: () => void): () => void;
  /** ms between two looks, in case a call was missed. */
  readonly lookEveryMs: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
};

/** The events behind the first `seen`, as server-sent events: as they happen, and no faster than they are read. */
export function eventStream(source: Source, seen: number): Response {
  const gone = new AbortController();
  const items = follow(source, seen, gone.signal);
  const encoder = new TextEncoder();
  // Nothing begins before somebody reads: of what HEAD asks for, nobody does.
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await items.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        gone.abort();
        await items.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', ...noStore },
  });
}

async function* follow(source: Source, seen: number, gone: AbortSignal): AsyncGenerator<string> {
  const bell = newBell();
  const unwatch = source.watch(bell.ring);
  const ends = [source.signal, gone];
  for (const end of ends) end.addEventListener('abort', bell.ring);
  const position: Position = { version: seen };
  let heardAt = performance.now();
  try {
    yield 'retry: 1000\n\n';
    while (!ends.some(({ aborted }) => aborted)) {
      const rung = bell.wait(
        Math.min(source.lookEveryMs, Math.max(0, heardAt + HEARTBEAT_MS - performance.now())),
      );
      const text = await nextPiece(source, position);
      const isSilent = performance.now() - heardAt >= HEARTBEAT_MS;
      if (text || isSilent) {
        heardAt = performance.now();
        yield text || ': \n\n';
      } else if (text === undefined || position.state?.status === 'cancelled') return;
      else await rung;
    }
  } finally {
    unwatch();
    source.signal.removeEventListener('abort', bell.ring);
    bell.ring();
  }
}

/** How far a stream has come: so many events, and, once the thread was read, the state after them. */
type Position = { version: number; state?: State };

/**
 * The next events as text, with `position` moved behind them; none once the thread is refused. The thread is read each
 * time, so that of what a slow reader has not taken nothing is kept.
 */
async function nextPiece({ read }: Source, position: Position): Promise<string | undefined> {
  try {
    const { events } = await read();
    if (!position.state) Object.assign(position, positionAt(events, position.version));
    return take(position, events);
  } catch (error) {
    if (error instanceof Outage) return '';
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function positionAt(events: readonly Event[], seen: number): Position {
  const before = events.slice(0, seen);
  return { version: before.length, state: before.reduce(reduce, initialState) };
}

function take(position: Position, events: readonly Event[]): string {
  let text = '';
  while (text.length < AT_ONCE) {
    const event = events[position.version];
    if (event === undefined) break;
    position.version += 1;
    position.state = reduce(position.state ?? initialState, event);
    const happened: Happened = { version: position.version, status: position.state.status, event };
    text += `id: ${position.version}\ndata: ${JSON.stringify(happened)}\n\n`;
  }
  return text;
}

/** Rung from anywhere; one waits for it at a time. A ring that comes after `wait` was called is not missed. */
type Bell = {
  ring(): void;
  /** Resolves at the next ring, or after `ms`. */
  wait(ms: number): Promise<void>;
};

export function newBell(): Bell {
  let wake = () => {};
  return {
    ring: () => wake(),
    async wait(ms) {
      wake();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
