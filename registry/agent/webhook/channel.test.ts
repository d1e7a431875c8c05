import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Undeliverable, type Notice } from '../channels/channel.ts';
import { webhookChannel } from './channel.ts';
import { standardWebhooks } from './verify.ts';

// cspell:disable-next-line
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const newer = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
beforeEach(() => void vi.stubEnv('OPS_SECRET', secret));
afterEach(() => vi.unstubAllEnvs());

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

type Received = { readonly headers: Headers; readonly body: Buffer; readonly method: string };
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A receiver on this machine. It answers as `answer` says, and keeps what it got. */
async function receive(answer: Answer = (response) => response.writeHead(204).end()) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    received.push({ headers, body: Buffer.concat(chunks), method: request.method ?? '' });
    answer(response, request);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`;
  return {
    received,
    url,
    send: sender(url),
  };
}

const notice: Notice = {
  id: 't_4k7x2p:7 approval webhook:ops',
  kind: 'approval',
  thread: 't_4k7x2p',
  call_id: 't_4k7x2p:7',
  to: 'ops',
  text: 'production needs a person',
  step: {
    intent: 'deploy',
    version: '1.4.2',
  },
  due: '2026-12-20T09:44:14.001Z',
  reminder: 0,
};

/** Sends a notice to the receiver ops at `url`. */
function sender(url: string) {
  const channel = webhookChannel({
    ops: {
      url,
      secrets: 'OPS_SECRET',
    },
  });
  return (changes: Partial<Notice> = {}, signal = new AbortController().signal) =>
    channel.send({ ...notice, ...changes }, signal);
}

const verify = ({ headers, body }: Received, ...secrets: readonly string[]) =>
  standardWebhooks({ headers, body }, secrets, Date.now());

test('a notice arrives as a Standard Webhook, signed', async () => {
  const { received, send } = await receive();
  const id = await send();
  const [one] = received;
  if (!one) throw new Error('nothing arrived');
  expect(verify(one, secret)).toBe(id);
  expect(verify(one, newer)).toBeUndefined();
  expect([one.method, one.headers.get('content-type')]).toEqual(['POST', 'application/json']);
  const { thread, call_id, text, step, due } = notice;
  expect(JSON.parse(one.body.toString())).toEqual({
    type: 'thread.waits',
    data: {
      kind: 'approval',
      thread,
      call_id,
      text,
      step,
      due,
      reminder: 0,
    },
  });
});

test('each attempt has the same id, and other notices have others', async () => {
  const { received, send } = await receive();
  const ids = [await send(), await send(), await send({ id: 'another' })];
  expect(ids[0]).toBe(ids[1]);
  expect(ids[0]).not.toBe(ids[2]);
  expect(received.map(({ headers }) => headers.get('webhook-id'))).toEqual(ids);
});

test('while the secret is changed, both sign', async () => {
  vi.stubEnv('OPS_SECRET', `${newer}, ${secret}`);
  const { received, send } = await receive();
  const id = await send();
  const [one] = received;
  expect(one && [verify(one, secret), verify(one, newer)]).toEqual([id, id]);
});

test.each([
  ['approval', 'thread.waits'],
  ['question', 'thread.waits'],
  ['handed_over', 'thread.waits'],
  ['answered', 'request.answered'],
  ['ended', 'thread.ended'],
  ['failed', 'thread.failed'],
] as const)('a notice %s has the type %s', async (kind, type) => {
  const { received, send } = await receive();
  await send({ kind });
  expect(JSON.parse(received[0]?.body.toString() ?? '')).toMatchObject({ type, data: { kind } });
});

test('a link never leaves, nor the name of a person', async () => {
  const { received, send } = await receive();
  await send({ link: 'https://agent.example.com/answer/token', person: 'ada' });
  expect(received[0]?.body.toString()).not.toMatch(/token|ada/);
});

describe('a receiver that answers', () => {
  test.each([200, 201, 202, 204])('%i has the notice', async (status) => {
    const { send } = await receive((response) => response.writeHead(status).end());
    expect(await send()).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  test.each([400, 401, 403, 404, 405, 410, 413, 422])('%i gets no repeat', async (status) => {
    const { send } = await receive((response) => response.writeHead(status).end('private'));
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Undeliverable);
    expect(String(error)).toContain(String(status));
    expect(String(error)).not.toContain('private');
  });

  test.each([300, 301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504])(
    '%i gets a repeat later, and no redirect is followed',
    async (status) => {
      const { received, send } = await receive((response, { url }) => {
        response.writeHead(url === '/agent' ? status : 200, { location: '/other' }).end();
      });
      const error: unknown = await send().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(Undeliverable);
      expect(received).toHaveLength(1);
    },
  );

  test('429 with a time gets a repeat after that time', async () => {
    const { send } = await receive((response) => {
      response.writeHead(429, { 'retry-after': '120' }).end();
    });
    await expect(send()).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });

  test('nothing gets a repeat, once the signal has fired', async () => {
    const { send, received } = await receive(() => undefined);
    const stopping = new AbortController();
    const sent = send({}, stopping.signal).catch((reason: unknown) => reason);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    stopping.abort();
    const error = await sent;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(Undeliverable);
  });

  test('by closing the connection gets a repeat', async () => {
    const { send } = await receive((response) => response.destroy());
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(Undeliverable);
    expect(String(error)).toContain('cannot be reached');
  });
});

test('a receiver that does not listen gets a repeat, and the reason is said', async () => {
  const { url } = await receive();
  closers.splice(0).forEach((close) => close());
  const error: unknown = await sender(url)().catch((reason: unknown) => reason);
  expect(error).not.toBeInstanceOf(Undeliverable);
  expect(String(error)).toContain('ECONNREFUSED');
});

test.each([
  'http://ops.example.com/agent',
  'http://127.0.0.1.example.com/agent',
  'http://localhost@ops.example.com/agent',
  'ftp://127.0.0.1/agent',
  '/agent',
  '',
])('nothing is sent to %s', async (url) => {
  await expect(sender(url)()).rejects.toThrow(Undeliverable);
});

test.each(['other', '', '__proto__', 'constructor'])('there is no receiver %s', async (to) => {
  const { received, send } = await receive();
  await expect(send({ to })).rejects.toThrow(Undeliverable);
  expect(received).toEqual([]);
});

test.each(['', 'whsec_short', 'not base64: 16 characters', 'whsec_????????????????'])(
  'with the secret "%s", nothing is sent, and the variable is named',
  async (value) => {
    vi.stubEnv('OPS_SECRET', value);
    const { received, send } = await receive();
    await expect(send()).rejects.toThrow('OPS_SECRET');
    expect(received).toEqual([]);
  },
);
