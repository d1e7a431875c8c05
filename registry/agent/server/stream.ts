import type { Event } from '../event.ts';
import type { Thread } from '../store/store.ts';
import { initial, reduce, type State } from '../thread.ts';
import type { Happened } from './api.ts';
import { noStore } from './failure.ts';
import { Outage } from './outage.ts';

/** Events in one piece, so that a long thread is never in memory twice for a slow reader. */
const AT_ONCE = 100;
const HEARTBEAT_MS = 15_000;

type Source = {
  /** Reads the thread anew. The stream waits out an `Outage`; it ends once anything else is thrown. */
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
  const left = new AbortController();
  const signal = AbortSignal.any([source.signal, left.signal]);
  const items = follow({ ...source, signal }, seen);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await items.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      left.abort();
      await items.return(undefined);
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', ...noStore },
  });
}

async function* follow({ read, watch, lookEveryMs, signal }: Source, seen: number): AsyncGenerator<string> {
  let [isStale, wake] = [false, () => {}];
  const unwatch = watch(() => {
    isStale = true;
    wake();
  });
  signal.addEventListener('abort', () => wake());
  let position: Position | undefined;
  let heardAt = Date.now();
  try {
    yield 'retry: 1000\n\n';
    while (!signal.aborted) {
      isStale = false;
      const { events } = (await unlessAway(read)) ?? { events: [] };
      if (events.length > 0) position ??= positionAt(events, seen);
      const text = position ? take(position, events) : '';
      const isSilent = Date.now() - heardAt > HEARTBEAT_MS;
      if (text || isSilent) {
        heardAt = Date.now();
        yield text || ': \n\n';
      } else if (position?.state.status === 'cancelled') return;
      else if (!isStale)
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, lookEveryMs);
        });
    }
  } finally {
    unwatch();
  }
}

/** How far a stream has come: so many events, and the state after them. */
type Position = { version: number; state: State };

function positionAt(events: readonly Event[], seen: number): Position {
  const before = events.slice(0, seen);
  return { version: before.length, state: before.reduce(reduce, initial) };
}

/** The next events as text; moves `position` behind them. */
function take(position: Position, events: readonly Event[]): string {
  const items = events.slice(position.version, position.version + AT_ONCE).map((event) => {
    position.version += 1;
    position.state = reduce(position.state, event);
    const happened: Happened = { version: position.version, status: position.state.status, event };
    return `id: ${position.version}\ndata: ${JSON.stringify(happened)}\n\n`;
  });
  return items.join('');
}

async function unlessAway(read: Source['read']): Promise<Thread | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Outage) return undefined;
    throw error;
  }
}
