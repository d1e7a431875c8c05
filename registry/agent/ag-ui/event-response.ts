import { streamHeaders as headers } from '../server/event-stream.ts';
import type { RunEvent } from './protocol.ts';

/** ms of silence after which a comment is sent: proxies close a connection that is silent. */
const HEARTBEAT_MS = 15_000;

/**
 * Responds with the events of a run as server-sent events, no faster than the client reads them.
 * `open` gets a signal that fires when the client is gone.
 */
export function eventResponse(open: (gone: AbortSignal) => AsyncGenerator<RunEvent>): Response {
  const gone = new AbortController();
  const events = open(gone.signal);
  const encoder = new TextEncoder();
  let next: ReturnType<typeof events.next> | undefined;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      next ??= events.next();
      const result = await orSilence(next);
      if (result === undefined) return controller.enqueue(encoder.encode(': \n\n'));
      next = undefined;
      if (result.done) return controller.close();
      controller.enqueue(encoder.encode(`data: ${JSON.stringify(result.value)}\n\n`));
    },
    cancel: () => gone.abort(),
  };
  return new Response(new ReadableStream(source, { highWaterMark: 0 }), { headers });
}

/** Resolves to undefined after a time without a result. */
async function orSilence<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, HEARTBEAT_MS, undefined);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
