import { describe, expect, expectTypeOf, test } from 'vitest';
import { operations, type Accepted, type ThreadDocument } from '../api/api.ts';
import type { Step } from '../core/event.ts';
import { agentClient, type ClientOptions } from './client.ts';
import { ApiError } from './request.ts';

const accepted = { id: 't_1', status: 'thinking' };
const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    Response.json(value, { status, headers });
const cut = () => {
  throw new TypeError('fetch failed');
};
const away = json({ error: 'The store does not answer.' }, 503, { 'retry-after': '0' });

type Sent = { method: string; url: string; headers: Headers; body: unknown };

/** A client of a server that gives these answers in order, and repeats the last. */
function clientOf(answers: readonly (() => Response)[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    const body = request.body ? await request.json() : undefined;
    const answer = answers[Math.min(sent.length, answers.length - 1)] ?? cut;
    sent.push({ method: request.method, url: request.url, headers: request.headers, body });
    return answer();
  };
  return { client: agentClient({ url: 'https://shop.test/agent', fetch, ...options }), sent };
}

test('each operation is a function, with its body and answer', () => {
  const { client } = clientOf([]);
  expect(new Set(Object.keys(client))).toEqual(new Set(Object.keys(operations)));
  expectTypeOf(client.launch).returns.resolves.toEqualTypeOf<Accepted>();
  expectTypeOf(client.get).returns.resolves.toEqualTypeOf<ThreadDocument>();
  expectTypeOf(client.approve)
    .parameter(1)
    .toEqualTypeOf<{ call_id: string; approved: boolean; comment?: string; step?: Step }>();
});

test.each(['https://shop.test/agent', 'https://shop.test/agent/', 'https://shop.test/agent//'])(
  'a request to %s has a path, a token and a body',
  async (url) => {
    const { client, sent } = clientOf([json(accepted, 202)], { url, token: 'secret' });
    await client.approve('t_1', { call_id: 't_1:2', approved: true });
    const [{ headers, ...rest } = { headers: new Headers() }] = sent;
    const path = '/threads/t_1/approvals';
    const body = { call_id: 't_1:2', approved: true };
    expect(rest).toEqual({ method: 'POST', url: `https://shop.test/agent${path}`, body });
    expect([headers.get('authorization'), headers.get('content-type')]).toEqual([
      'Bearer secret',
      'application/json',
    ]);
  },
);

test('a query and an id cannot change the path', async () => {
  const { client, sent } = clientOf([
    json({ threads: [], next: null }),
    json({ error: 'none' }, 404),
  ]);
  await client.list({ status: 'done', limit: 2 });
  for (const id of ['a/b', '?x', '%2e%2e'])
    await expect(client.get(id)).rejects.toMatchObject({ status: 404 });
  for (const id of ['..', '.', '', 'a\ud800'])
    await expect(client.get(id)).rejects.toMatchObject({ status: 404 });
  expect(sent.map(({ url }) => url.replace('https://shop.test/agent', ''))).toEqual([
    '/threads?status=done&limit=2',
    '/threads/a%2Fb',
    '/threads/%3Fx',
    '/threads/%252e%252e',
  ]);
});

describe('an unavailable server', () => {
  type Call = (client: ReturnType<typeof agentClient>) => Promise<unknown>;
  const safe: [string, Call][] = [
    ['launch', (client) => client.launch({ message: 'go' })],
    ['say', (client) => client.say('t_1', { message: 'more' })],
    ['cancel', (client) => client.cancel('t_1')],
  ];
  test.each(safe)('is asked again by %s, with the same key', async (_, call) => {
    const { client, sent } = clientOf([cut, away, json(accepted, 202)]);
    expect(await call(client)).toEqual(accepted);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  });

  test('is asked again until retryForMs is over', async () => {
    const { client, sent } = clientOf([cut], { retryForMs: 500 });
    await expect(client.get('t_1')).rejects.toMatchObject({
      status: 0,
      cause: expect.any(TypeError),
    });
    expect(sent).toHaveLength(2);
  });

  const once: [string, Call][] = [
    ['approve', (client) => client.approve('t_1', { call_id: 't_1:2', approved: true })],
    ['respond', (client) => client.respond('t_1', { call_id: 't_1:2', text: 'yes' })],
    ['report', (client) => client.report('t_1', { call_id: 't_1:2', result: 1 })],
  ];
  test.each(once)('is not asked again by %s: it would be refused as answered', async (_, call) => {
    const { client, sent } = clientOf([cut, json(accepted, 202)]);
    await expect(call(client)).rejects.toMatchObject({ status: 0 });
    expect(sent).toHaveLength(1);
  });
});

test.each([
  ['an answer', (client: ReturnType<typeof clientOf>['client']) => client.get('t_1'), 200],
  ['a refusal', (client: ReturnType<typeof clientOf>['client']) => client.cancel('t_1'), 404],
])('%s that does not end is an error', { timeout: 30_000 }, async (_, call, status) => {
  let left = false;
  const endless = () => {
    const pull = (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new Uint8Array(8_000_000).fill(32));
    return new Response(new ReadableStream({ pull, cancel: () => void (left = true) }), { status });
  };
  await expect(call(clientOf([endless]).client)).rejects.toMatchObject({
    name: 'Error',
    status,
    error: expect.stringContaining('it does not end'),
  });
  expect(left).toBe(true);
});

test('each message has a key of its own, or the one it is given', async () => {
  const { client, sent } = clientOf([json(accepted, 202)]);
  for (const key of [undefined, undefined, 'mine']) await client.launch({ message: 'go' }, key);
  const [first, second, third] = sent.map(({ headers }) => headers.get('idempotency-key'));
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(second).not.toBe(first);
  expect(third).toBe('mine');
});

test.each([
  [
    BigInt('2512292042121000001'),
    '2512292042121000001 is not a number in JSON: send it as a text.',
  ],
  [NaN, 'NaN is not a number in JSON: send it as a text.'],
  [-Infinity, '-Infinity is not a number in JSON: send it as a text.'],
])('%s is not sent', async (order, error) => {
  const { client, sent } = clientOf([json(accepted, 202)]);
  const refused = client.launch({ data: { order: [order] } });
  await expect(refused).rejects.toThrow(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 400, error });
  expect(sent).toEqual([]);
});

test.each([
  ['a thread', 200, '{"id":"t_1","events":[{"data":2512292042121000001}]}'],
  ['a refusal', 409, '{"error":"no","open":{"step":{"order":2512292042121000001}}}'],
])('%s with a number that would be rounded is not read', async (_, status, text) => {
  const { client } = clientOf([() => new Response(text, { status })]);
  const error = 'In the response, 2512292042121000001 cannot be kept exactly as a number.';
  await expect(client.get('t_1')).rejects.toMatchObject({ status, error });
});

test('a refusal says what is open now', async () => {
  const open = { call_id: 't_1:5', attempt: 0 };
  const { client } = clientOf([
    json({ error: 'Already answered.', status: 'waiting_for_human', open }, 409),
  ]);
  const refused = client.respond('t_1', { call_id: 't_1:2', text: 'yes' });
  await expect(refused).rejects.toThrow(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 409, error: 'Already answered.', open });
});

test.each<[string, () => Response, number]>([
  ['a page', () => new Response('<html>', { status: 200 }), 200],
  ['another JSON', json({ ok: true }), 200],
  [
    'an error of another program',
    () => new Response('Bad Gateway', { status: 404, statusText: 'Not Found' }),
    404,
  ],
])('%s is not an answer of an agent', async (_, answer, status) => {
  const { client } = clientOf([answer]);
  await expect(client.get('t_1')).rejects.toMatchObject({
    status,
    error: expect.stringContaining('https://shop.test/agent/threads/t_1'),
  });
});
