import { expect, test, vi } from 'vitest';
import type { StreamedEvent } from '../api/api.ts';
import { followEvents, type EventOptions } from './events.ts';
import { ApiError } from './request.ts';
import { retryDelay } from './retry.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const happened = (version: number): StreamedEvent => ({
  version,
  status: 'done',
  event: {
    type: 'message',
    channel: 'test',
    from: 'ada',
    text: `${version}`,
    at: '2026-01-01T00:00:00Z',
  },
});
const block = (version: number) => `id: ${version}\ndata: ${JSON.stringify(happened(version))}\n\n`;

type Answer = (signal: AbortSignal) => Response | Promise<Response>;
const sends = (text: string) => () => new Response(text);
const gone = () => new Response(null, { status: 204 });
const fails = (status: number) => () =>
  Promise.reject(new ApiError(status, { error: `it is ${status}` }, 0));
/** Sends this, then nothing more, and does not end. */
const hangs = (text: string) => () =>
  new Response(new ReadableStream({ start: (controller) => controller.enqueue(bytes(text)) }));

/** Follows a server that gives these answers in order. `asked`: the versions to start after. */
async function followed(
  answers: readonly Answer[],
  options: EventOptions = {},
  silenceMs = 60_000,
) {
  const asked: number[] = [];
  const left = [...answers];
  const connect = async (after: number, signal: AbortSignal) => {
    asked.push(after);
    return await (left.shift() ?? gone)(signal);
  };
  const events = await all(followEvents(connect, silenceMs, options));
  return { versions: events.map(({ version }) => version), asked };
}

test.each<[string, readonly Answer[], readonly number[]]>([
  ['between two events', [sends(block(1) + block(2)), sends(block(3))], [0, 2, 3]],
  [
    'within an event',
    [sends(block(1) + block(2).slice(0, 30)), sends(block(2) + block(3))],
    [0, 1, 3],
  ],
  [
    'by an error',
    [fails(0), sends(block(1)), fails(503), fails(502), sends(block(2) + block(3))],
    [0, 0, 1, 1, 1, 3],
  ],
  [
    'and repeats itself',
    [sends(block(1) + block(2)), sends(block(1) + block(2) + block(3))],
    [0, 2, 3],
  ],
])('a connection that ends %s loses and repeats nothing', async (_, answers, asked) => {
  expect(await followed(answers)).toEqual({ versions: [1, 2, 3], asked });
});

test('silence is a lost connection; a slow reader is not', async () => {
  expect(await followed([hangs(block(1)), hangs(block(2))], {}, 20)).toEqual({
    versions: [1, 2],
    asked: [0, 1, 2],
  });
  const never: Answer = (signal) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new ApiError(0, { error: 'lost' }, 0))),
    );
  expect(await followed([never, sends(block(1))], {}, 20)).toEqual({
    versions: [1],
    asked: [0, 0, 1],
  });
  const asked: number[] = [];
  const connect = (after: number) => {
    asked.push(after);
    return Promise.resolve(asked.length === 1 ? new Response(block(1) + block(2)) : gone());
  };
  const events = followEvents(connect, 5, {});
  while (!(await events.next()).done) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual([0, 2]);
});

test('a server that asks for no wait is asked at once the first time only', () => {
  const now = new ApiError(503, { error: 'busy' }, 0);
  expect(retryDelay(now, 1, 1_000)).toBe(0);
  for (const failures of [2, 3, 20]) expect(retryDelay(now, failures, 1_000)).toBe(1_000);
});

test('an event that does not end is an error of the server', { timeout: 30_000 }, async () => {
  const part = new Uint8Array(8_000_000).fill(97);
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(part);
  const endless = () => new Response(new ReadableStream({ pull }));
  const error = 'The stream has an event that does not end.';
  await expect(followed([endless])).rejects.toMatchObject({ status: 200, error });
});

test('events start after a version and end with the signal, even during a wait', async () => {
  expect(await followed([sends(block(8))], { after: 7 })).toEqual({ versions: [8], asked: [7, 8] });
  const leaving = new AbortController();
  const onLost = () => leaving.abort();
  expect(await followed([fails(503)], { signal: leaving.signal, onLost })).toEqual({
    versions: [],
    asked: [0],
  });
  const [left, seen] = [new AbortController(), vi.fn()];
  const connect = () => Promise.resolve(hangs(block(1))());
  const { signal } = left;
  for await (const { version } of followEvents(connect, 60_000, { signal })) {
    seen(version);
    left.abort();
  }
  expect(seen.mock.calls).toEqual([[1]]);
});

test.each([401, 404])('%d is thrown, and not retried', async (status) => {
  await expect(followed([fails(status)])).rejects.toMatchObject({
    status,
    error: `it is ${status}`,
  });
});

test('other data is an error, and an error of onLost ends the events', async () => {
  for (const data of ['{"version":"x"}', '{"version":1,"status":"done","event":null}', 'null', '['])
    await expect(followed([sends(`data: ${data}\n\n`)])).rejects.toThrow(ApiError);
  const onLost = (error: unknown) => {
    throw error;
  };
  await expect(followed([fails(503)], { onLost })).rejects.toMatchObject({ status: 503 });
});
