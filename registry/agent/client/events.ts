import * as z from 'zod';
import { StreamedDraft, StreamedEvent } from '../api/api.ts';
import type { Draft } from '../core/model.ts';
import { EndlessEvent, parseServerSentEvents } from '../http/server-sent-events.ts';
import { ApiError, parseResponseJson } from './request.ts';
import { isUnavailable, pause, retryDelay } from './retry.ts';

export type EventOptions = {
  /** The version of the last known event: the stream starts after it. */
  readonly after?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /**
   * Called with the reason and the number of attempts in a row when there is no connection. Throw
   * an error to end the stream.
   */
  onLost?: (error: unknown, tries: number) => void;
  /**
   * Gets what the model writes, each time that it has grown, and undefined once that is saved or
   * withdrawn.
   */
  onDraft?: (draft: Draft | undefined) => void;
};

/** Requests the events after a version. */
type OpenStream = (after: number, signal: AbortSignal) => Promise<Response>;

/** The version of the last event, and when the server last sent anything. */
type StreamPosition = { version: number; heardAt: number };

/** ms after which a connection that brought only heartbeats counts as one that worked. */
const STABLE_MS = 10_000;

/**
 * Yields each event once and in order. If the connection is lost, or silent for `silenceMs`, it
 * reconnects and continues after the last event. It ends when the server has no more events.
 * @throws ApiError if the server refuses
 */
export async function* followEvents(
  open: OpenStream,
  silenceMs: number,
  { after = 0, signal = new AbortController().signal, onLost, onDraft }: EventOptions,
): AsyncGenerator<StreamedEvent, void> {
  const position: StreamPosition = { version: after, heardAt: 0 };
  const drafts = draftReader(onDraft);
  let failures = 0;
  while (!signal.aborted) {
    const { version } = position;
    const startedAt = performance.now();
    const lost = yield* readConnection(open, silenceMs, position, drafts, signal);
    drafts.end();
    if (lost === undefined || signal.aborted) return;
    const isStable = position.heardAt - startedAt > STABLE_MS;
    const worked = position.version > version || isStable;
    failures = worked ? 0 : failures + 1;
    if (worked) continue;
    onLost?.(lost, failures);
    await pause(retryDelay(lost, failures, 1_000), signal);
  }
}

/**
 * Yields the events of one connection.
 * @returns why it was lost; undefined if it is complete
 */
async function* readConnection(
  open: OpenStream,
  silenceMs: number,
  position: StreamPosition,
  drafts: DraftReader,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, unknown> {
  const closing = new AbortController();
  const ending = AbortSignal.any([closing.signal, signal]);
  const close = () => closing.abort();
  try {
    const response = await withTimeout(silenceMs, close, open(position.version, ending));
    if (response.status === 204 || !response.body) return undefined;
    const chunks = readChunks(response.body, silenceMs, position, ending);
    for await (const { data } of parseServerSentEvents(chunks)) {
      const event = parseEvent(data);
      if ('process' in event) drafts.add(event);
      if ('process' in event || event.version <= position.version) continue;
      position.version = event.version;
      drafts.end();
      yield event;
    }
    return connectionLost();
  } catch (error) {
    if (isUnavailable(error)) return error;
    if (error instanceof EndlessEvent) throw new ApiError(200, { error: error.message });
    throw error;
  } finally {
    close();
  }
}

const Streamed = z.union([StreamedEvent, StreamedDraft]);

function parseEvent(data: string): StreamedEvent | StreamedDraft {
  const event = Streamed.safeParse(parseResponseJson(data, 200));
  if (event.success) return event.data;
  const error = 'The stream has data that is not an event of an agent.';
  throw new ApiError(200, { error });
}

type DraftReader = { add: (part: StreamedDraft) => void; end: () => void };

/** Puts the parts of drafts together. */
function draftReader(onDraft?: EventOptions['onDraft']): DraftReader {
  let draft: (Draft & Pick<StreamedDraft, 'process' | 'version'>) | undefined;
  function end() {
    if (draft) onDraft?.(undefined);
    draft = undefined;
  }
  function add({
    process,
    version,
    intent = '',
    field = '',
    offset = 0,
    text,
    withdrawn,
  }: StreamedDraft) {
    if (withdrawn === true) return end();
    if (draft?.process !== process || draft.version !== version) draft = undefined;
    const before = draft?.texts[field] ?? '';
    // A part is missing.
    if (offset > before.length || text === undefined) return;
    const texts = { ...draft?.texts, [field]: before.slice(0, offset) + text };
    draft = { process, version, intent, texts };
    onDraft?.(draft);
  }
  return { add, end };
}

/**
 * Yields a body until its end, the signal, or `silenceMs` without data.
 * @throws ApiError
 */
async function* readChunks(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
  position: StreamPosition,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      // Only the read is timed: the caller may take long over an event.
      const { done, value } = await withTimeout(silenceMs, cancel, reader.read());
      if (done) return;
      position.heardAt = performance.now();
      yield value;
    }
  } catch (cause) {
    throw connectionLost(cause);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

function connectionLost(cause?: unknown): ApiError {
  const error = 'The connection was lost.';
  return new ApiError(0, { error }, undefined, cause);
}

/** Awaits `work`, and calls `onTimeout` once if it takes more than `ms`. */
async function withTimeout<T>(ms: number, onTimeout: () => void, work: Promise<T>): Promise<T> {
  const timer = setTimeout(onTimeout, ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
