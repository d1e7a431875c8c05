// @vitest-environment node
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { backOffMs, postJson, type PostRequest } from './http.ts';
import { toyProvider } from './toy-provider.ts';

const key = 'sk-canary-0123456789';
const reply = z.object({ ok: z.boolean() }).transform(({ ok }) => ({ text: String(ok) }));
const ok = { body: { ok: true } };

type Options = Partial<Pick<PostRequest, 'apiKey' | 'signal' | 'timeoutMs' | 'onRetry'>>;

const post = (
  url: string,
  { apiKey = '', signal = new AbortController().signal, timeoutMs = 5_000, onRetry }: Options = {},
) => {
  const provider = { name: 'Provider', keyName: 'SOME_API_KEY', apiKey };
  const headers: Record<string, string> =
    apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  const body = { hello: 'wörld' };
  return postJson({ ...provider, url, headers, body, reply, signal, timeoutMs, onRetry });
};

const failureOf = async (...args: Parameters<typeof post>) => {
  const error: unknown = await post(...args).then(
    () => 'no error',
    (error: unknown) => error,
  );
  return error instanceof Error ? error : new Error(String(error));
};

test('posts JSON', async () => {
  const { url, requests } = await toyProvider(ok);
  expect(await post(`${url}/v1/x`, { apiKey: key })).toEqual({ text: 'true' });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  expect(requests).toEqual([{ path: '/v1/x', headers, body: '{"hello":"wörld"}' }]);
});

test.each([429, 500, 529])('retries after %i, when the provider says', async (status) => {
  const busy = { status, headers: { 'retry-after': '0' }, body: {} };
  const { url, requests } = await toyProvider(busy, busy, ok);
  expect(await post(url)).toEqual({ text: 'true' });
  expect(requests).toHaveLength(3);
});

test('tells each further attempt, and why', async () => {
  const busy = {
    status: 529,
    headers: { 'retry-after': '0' },
    body: { error: { message: 'Full' } },
  };
  const { url } = await toyProvider(busy, busy, ok);
  const told: string[] = [];
  await post(url, { onRetry: (reason) => told.push(reason) });
  expect(told).toEqual([
    'attempt 2 of 3: Provider answered 529: Full',
    'attempt 3 of 3: Provider answered 529: Full',
  ]);
});

test('gives up after three attempts, with name, status and request id', async () => {
  const headers = { 'retry-after': '0', 'request-id': 'req_1' };
  const { url, requests } = await toyProvider({
    status: 529,
    headers,
    body: { error: { message: 'Overloaded' } },
  });
  expect((await failureOf(url)).message).toBe('Provider answered 529 (request req_1): Overloaded');
  expect(requests).toHaveLength(3);
});

test.each([
  [1, 375, 625],
  [2, 1_500, 2_500],
])(
  'the wait after attempt %i is between %i and %i ms if the provider does not say',
  (attempt, least, most) => {
    const waits = Array.from({ length: 100 }, () => backOffMs(attempt));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size).toBeGreaterThan(50);
  },
);

test('does not retry at once, when the provider says a negative time', async () => {
  const busy = { status: 429, headers: { 'retry-after': '-5' }, body: {} };
  const { url } = await toyProvider(busy, ok);
  const startedAt = performance.now();
  expect(await post(url)).toEqual({ text: 'true' });
  expect(performance.now() - startedAt).toBeGreaterThan(370);
});

test('does not wait for more than a minute', async () => {
  const { url, requests } = await toyProvider({
    status: 429,
    headers: { 'retry-after': '3600' },
    body: 'come back later',
  });
  expect((await failureOf(url)).message).toContain('answered 429: come back later');
  expect(requests).toHaveLength(1);
});

test('does not retry a wrong request', async () => {
  const { url, requests } = await toyProvider({
    status: 400,
    body: { error: { message: 'no such model' } },
  });
  expect((await failureOf(url)).message).toContain('answered 400: no such model');
  expect(requests).toHaveLength(1);
});

test.each([
  ['<html>', 'Provider answered 200 (request req_1): the answer is not JSON'],
  ['', 'Provider answered 200 (request req_1): the answer is not JSON'],
  [
    '{"ok":1}',
    'Provider answered 200 (request req_1): the answer has an unknown format: ✖ Invalid input',
  ],
])('the answer %j is an error', async (body, message) => {
  const { url } = await toyProvider({ headers: { 'x-request-id': 'req_1' }, body });
  expect((await failureOf(url)).message).toContain(message);
});

test('the end of a stream after an answer is left out; a stream is named', async () => {
  const { url } = await toyProvider(
    { body: '{"ok":true}\n\ndata: [DONE]\n' },
    { body: 'data: {"ok":true}\n\ndata: [DONE]\n' },
  );
  expect(await post(url)).toEqual({ text: 'true' });
  expect((await failureOf(url)).message).toContain('a stream, which was not asked for');
});

test.each([
  [{ text: '' }, 'the answer is empty'],
  [{ text: '', problem: 'refused' }, 'refused'],
  [{ text: '{', problem: 'cut off' }, 'cut off'],
])('the answer %j has an error that names where it is from', async (body, error) => {
  const { url } = await toyProvider({ headers: { 'request-id': 'req_1' }, body });
  const Body = z.object({ text: z.string(), problem: z.string().optional() });
  const Said = Body.transform(({ text, problem }) => ({ text, error: problem }));
  const { signal } = new AbortController();
  const provider = { name: 'Provider', keyName: 'SOME_API_KEY', url, headers: {} };
  const request = { ...provider, body: {}, reply: Said, signal, timeoutMs: 5_000 };
  expect(await postJson(request)).toEqual({
    text: body.text,
    error: `Provider answered 200 (request req_1): ${error}`,
  });
});

test.each([
  ['<h1>Not Found</h1>', 'Provider answered 404: <h1>Not Found</h1>'],
  ['', 'Provider answered 404: nothing is there'],
  ['{"error":{"message":"no such model"}}', 'Provider answered 404: no such model'],
])('a 404 with %j asks about the base URL and the model', async (body, message) => {
  const { url, requests } = await toyProvider({ status: 404, body });
  const question = 'are the base URL and the model right?';
  expect((await failureOf(url)).message).toBe(`${message}: ${question}`);
  expect(requests).toHaveLength(1);
});

test('an abort ends the wait for an answer, with its own reason', async () => {
  const signal = AbortSignal.abort(new Error('the thread moved on'));
  expect((await failureOf('http://127.0.0.1', { signal })).message).toBe('the thread moved on');
});

test('a timeout may be infinite', async () => {
  const { url, requests } = await toyProvider(ok);
  expect(await post(url, { timeoutMs: Infinity })).toEqual({ text: 'true' });
  expect(requests).toHaveLength(1);
});

test.each([
  ['the provider repeats it', 400, `what is ${key}?`, key],
  ['the provider repeats it at length', 400, `${'x'.repeat(190)}${key}`, key],
  ['the provider refuses it', 401, `wrong key: ${key.slice(0, 9)}***`, key],
  ['it came with a line break, as from a file', 400, `what is ${key}?`, `${key}\n`],
  ['it cannot be sent', 200, '', `${key}\n${key}`],
])('no key is in the error when %s', async (_, status, body, sent) => {
  const { url } = await toyProvider({ status, body });
  const error = await failureOf(url, { apiKey: sent });
  expect(`${error.stack} ${JSON.stringify(error)} ${inspect(error)}`).not.toContain(
    key.slice(0, 9),
  );
  expect(error.message).not.toBe('no error');
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const escaped = (text: string) => `\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}`;

test.each([
  [key, key, '[secret]'],
  [key, base64(key), '[secret]'],
  [key, escaped(key), '[secret]'],
  ['localhost', 'localhost', 'localhost'],
])('an answer to the key %s that has %s says %s', async (apiKey, text, said) => {
  const Said = z.object({ text: z.string() });
  const { url } = await toyProvider({ body: { text: `${text} of 2023-06-01` } });
  const expected = `${said} of 2023-06-01`;
  const { signal } = new AbortController();
  const provider = { name: 'Provider', keyName: 'SOME_API_KEY', apiKey, url, headers: {} };
  const request = { ...provider, body: {}, reply: Said, signal, timeoutMs: 5_000 };
  expect(await postJson(request)).toEqual({ text: expected });
});

test.each([
  ['nothing', '', 'Provider answered 400'],
  [
    'a message that is not a text',
    '{"error":{"message":{"toString":1}}}',
    '{"error":{"message":{"toString":1}}}',
  ],
  [
    'deeply nested JSON',
    `{"error":{"message":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    ': {"error":',
  ],
])('a failure with %s still names the status', async (_, body, message) => {
  const { url } = await toyProvider({ status: 400, body });
  expect((await failureOf(url)).message).toContain(message);
  expect((await failureOf(url)).message).toMatch(/^Provider answered 400(: |$)/);
});

test('a long request id leaves room for the reason', async () => {
  const { url } = await toyProvider({
    status: 400,
    headers: { 'x-request-id': 'a'.repeat(9_000) },
    body: 'why',
  });
  expect((await failureOf(url)).message).toBe(
    `Provider answered 400 (request ${'a'.repeat(100)}): why`,
  );
});

test('a redirect is not followed, so no key goes to another host', async () => {
  const elsewhere = await toyProvider(ok);
  const { url } = await toyProvider({
    status: 307,
    headers: { location: elsewhere.url },
    body: '',
  });
  expect((await failureOf(url, { apiKey: key })).message).toContain('answered 307');
  expect(elsewhere.requests).toEqual([]);
});

test('names the host and the code if the connection is refused', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  expect((await failureOf(`http://127.0.0.1:${port}`)).message).toBe(
    `Provider cannot be reached at 127.0.0.1:${port}: ECONNREFUSED`,
  );
});

test.each([
  ['has no scheme', '127.0.0.1/v1'],
  ['has a host in place of the scheme', 'localhost:11434/v1'],
  ['is no URL', 'http://[/v1'],
  ['has a password', `http://ada:${key}@127.0.0.1/v1`],
  ['has a user', `http://${key}@127.0.0.1`],
  ['has a query, which no path can follow', `http://127.0.0.1/v1?key=${key}/x`],
  ['has a query and no path', `http://127.0.0.1?key=${key}/x`],
  ['has a fragment, which would hide the path', 'http://127.0.0.1/v1#x/x'],
])('rejects a base URL that %s', async (_, url) => {
  const rule = 'starts with https:// or http://, and has no user, no query and no fragment';
  expect((await failureOf(url)).message).toBe(`Provider cannot be asked: a base URL ${rule}`);
});

test('a base URL may have an @ in its path', async () => {
  const { url, requests } = await toyProvider(ok);
  expect(await post(`${url}/@me/v1`)).toEqual({ text: 'true' });
  expect(requests[0]?.path).toBe('/@me/v1');
});
