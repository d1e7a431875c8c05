import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TriggerHost } from '../core/agent.ts';
import type { EventOf } from '../core/event.ts';
import { cancel, threadIdFor } from '../core/people.ts';
import { listAll, load, wrapStore, type Store } from '../core/store.ts';
import { memoryStore } from '../store/memory.ts';
import { toyAgent } from '../testing/toy-agent.ts';
import type { Webhook, WebhookMessage } from './receive.ts';
import { webhookTrigger } from './trigger.ts';
import { github } from './verify.ts';

const secret = 'correct-horse-battery-staple';
beforeEach(() => void vi.stubEnv('HOOK_SECRET', secret));
afterEach(() => vi.unstubAllEnvs());

type Payload = Readonly<Record<string, string>>;

const hook: Webhook = {
  verify: github,
  secrets: 'HOOK_SECRET',
  toMessage: (payload) => ({ text: (payload as Payload)['text'] ?? '', data: payload }),
};

/** A host of a webhook called hook, and what it did. */
function serve(toMessage: Webhook['toMessage'] = hook.toMessage, store: Store = memoryStore()) {
  const { agent } = toyAgent([], { store });
  const woken: string[] = [];
  const lines: Parameters<TriggerHost['log']>[0][] = [];
  const { fetch } = webhookTrigger({ hook: { ...hook, toMessage } })({
    agent,
    wake: (id, owner) => woken.push(`${id} ${owner}`),
    log: (line) => lines.push(line),
  });
  const threads = async () => {
    const ids: string[] = [];
    for await (const { id } of listAll(store, { limit: 500 })) ids.push(id);
    return ids;
  };
  return {
    agent,
    store,
    fetch,
    woken,
    lines,
    threads,
  };
}

type Changes = {
  readonly method?: string;
  readonly path?: string;
  readonly type?: string | null;
  readonly signature?: string;
  readonly body?: string | Uint8Array;
};

function delivery({ method = 'POST', path = '/webhooks/hook', ...rest }: Changes = {}): Request {
  const { type = 'application/json', body = '{"text":"private"}' } = rest;
  const signed = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = new Headers({ 'x-hub-signature-256': rest.signature ?? signed });
  if (type !== null) headers.set('content-type', type);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`http://agent.test${path}`, {
    method,
    headers,
    ...(hasBody && { body: Buffer.from(body) }),
  });
}

const refusals: readonly (readonly [string, number, Changes])[] = [
  ['without a signature', 401, { signature: '' }],
  ['with a signature of another body', 401, { signature: `sha256=${'0'.repeat(64)}` }],
  ['of a megabyte and more', 413, { body: `{"text":"${'a'.repeat(1_048_576)}"}` }],
  ['without a content type', 415, { type: null }],
  ['that is a form', 415, { type: 'application/x-www-form-urlencoded', body: 'payload=%7B%7D' }],
  ['that is plain text', 415, { type: 'text/plain' }],
  ['whose content type only begins like JSON', 415, { type: 'application/jsonp' }],
  ['that is not JSON', 400, { body: 'private' }],
  ['that is cut', 400, { body: '{"text":' }],
  ['without a body', 400, { body: '' }],
  ['that is not UTF-8', 400, { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }],
  ['without a text', 422, { body: '[]' }],
  ['whose text is blank', 422, { body: '{"text":" "}' }],
  ['that is GET', 405, { method: 'GET' }],
  ['that is HEAD', 405, { method: 'HEAD' }],
  ['that is PUT', 405, { method: 'PUT' }],
  ['that is DELETE', 405, { method: 'DELETE' }],
];

test.each(refusals)('a delivery %s gets %i, and has no effect', async (_, status, changes) => {
  const toMessage = (payload: unknown): WebhookMessage => ({
    text: (payload as Payload)['text'] ?? '',
  });
  const { fetch, woken, lines, threads } = serve(toMessage);
  const response = await fetch(delivery(changes));
  expect(response.status).toBe(status);
  expect(JSON.parse(await response.text())).toEqual({ error: expect.any(String) });
  expect([await threads(), woken]).toEqual([[], []]);
  const message = `A delivery to hook got ${status}`;
  expect(lines).toEqual([{ level: 'warn', message, error: expect.any(String) }]);
  expect(JSON.stringify(lines)).not.toMatch(/private|correct-horse|sha256|payload=/);
});

test.each(['', 'other', 'HOOK', 'hook/x', '__proto__', 'constructor', 'toString'])(
  'there is no webhook at /webhooks/%s',
  async (name) => {
    const { fetch, threads } = serve();
    expect((await fetch(delivery({ path: `/webhooks/${name}` }))).status).toBe(404);
    expect(await threads()).toEqual([]);
  },
);

test.each(['/hook', '/webhooks/hook/', '/agent/webhooks/hook', '/webhooks/hook?x=y'])(
  'the name of a webhook is the last part of the path %s',
  async (path) => expect((await serve().fetch(delivery({ path }))).status).toBe(202),
);

test('a delivery is answered once its message is saved, and then the thread is woken', async () => {
  const { agent, fetch, woken, threads } = serve();
  const response = await fetch(delivery());
  const { id } = JSON.parse(await response.text()) as { id: string };
  expect([response.status, await threads(), woken]).toEqual([202, [id], [`${id} hook`]]);
  expect((await load(agent.store, id)).events).toMatchObject([
    {
      type: 'message',
      channel: 'webhook',
      from: 'hook',
      text: 'private',
      data: { text: 'private' },
    },
  ]);
});

test('the mapping decides who owns the thread, and where it answers', async () => {
  const { agent, fetch } = serve(() => ({ text: 'go', from: 'shop', reply_to: 'ops' }));
  const { id } = JSON.parse(await (await fetch(delivery())).text()) as { id: string };
  const [message] = (await load(agent.store, id)).events;
  expect(message).toMatchObject({ from: 'shop', reply_to: 'ops', channel: 'webhook' });
});

test('a mapping that passes all fields on sets only those of a message', async () => {
  const { agent, fetch } = serve((payload) => ({ ...(payload as WebhookMessage) }));
  const more = { parent: { call_id: 't_1:1' }, usage: {}, call_id: 't_1:1', channel: 'test' };
  const body = JSON.stringify({ text: 'go', data: 7, ...more });
  const { id } = JSON.parse(await (await fetch(delivery({ body }))).text()) as { id: string };
  const { channel, ...message } = (await load(agent.store, id)).events[0] as EventOf<'message'>;
  const fields = ['at', 'data', 'from', 'idempotency_key', 'text', 'type'];
  expect([channel, Object.keys(message).sort()]).toEqual(['webhook', fields]);
});

test('a delivery that is not for the agent gets 204, and has no effect', async () => {
  const { fetch, woken, lines, threads } = serve(() => undefined);
  expect((await fetch(delivery())).status).toBe(204);
  expect([await threads(), woken, lines]).toEqual([[], [], []]);
});

test('a mapping that throws gets 422, and has no effect', async () => {
  const { fetch, lines, threads } = serve((payload) => {
    throw new TypeError(`cannot read ${typeof payload} with ${secret}`);
  });
  const response = await fetch(delivery());
  expect([response.status, await threads()]).toEqual([422, []]);
  const error = 'toMessage failed: cannot read object with [secret]';
  expect(lines).toMatchObject([{ level: 'warn', error }]);
});

describe('a repeated delivery', () => {
  test('has no effect, also after a restart', async () => {
    const store = memoryStore();
    const first = await (await serve(undefined, store).fetch(delivery())).text();
    const { fetch, threads } = serve(undefined, store);
    const again = await fetch(delivery());
    expect([again.status, await again.text()]).toEqual([202, first]);
    const [id = ''] = await threads();
    expect((await load(store, id)).events).toHaveLength(1);
  });

  test('16 times at once is one thread with one message', async () => {
    const { fetch, store, threads } = serve();
    const all = await Promise.all(Array.from({ length: 16 }, () => fetch(delivery())));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 202));
    const [id = '', ...others] = await threads();
    expect([others, (await load(store, id)).events.length]).toEqual([[], 1]);
  });

  test('has no effect in a conversation, which took others meanwhile', async () => {
    const { fetch, store, threads } = serve((payload) => ({
      data: payload,
      conversation: (payload as Payload)['order'] ?? '',
    }));
    const bodies = ['{"order":"1","n":"a"}', '{"order":"1","n":"b"}', '{"order":"1","n":"a"}'];
    for (const body of bodies) expect((await fetch(delivery({ body }))).status).toBe(202);
    const [id = '', ...others] = await threads();
    expect(others).toEqual([]);
    expect((await load(store, id)).events).toMatchObject([
      { data: { n: 'a' } },
      { data: { n: 'b' } },
    ]);
  });
});

test('webhooks do not share deliveries or conversations', async () => {
  const { agent, store, threads } = serve();
  const toMessage = () => ({ text: 'go', conversation: 'c' });
  const webhooks = { a: { ...hook, toMessage }, b: { ...hook, toMessage } };
  const host = { agent: { ...agent, store }, wake: () => undefined, log: () => undefined };
  const { fetch } = webhookTrigger(webhooks)(host);
  for (const path of ['/a', '/b']) expect((await fetch(delivery({ path }))).status).toBe(202);
  expect((await threads()).length).toBe(2);
});

test('a message to a thread that was cancelled gets 409', async () => {
  const { agent, fetch, lines } = serve((payload) => ({ data: payload, conversation: 'c' }));
  await fetch(delivery());
  const id = await threadIdFor('webhook', '["hook","c"]');
  await cancel(agent, id, { by: 'ada' });
  expect((await fetch(delivery({ body: '{"n":2}' }))).status).toBe(409);
  expect(lines).toMatchObject([{ level: 'warn', error: expect.stringContaining('cancelled') }]);
});

test('while the store is down, a delivery gets 503, and once it is back, 202', async () => {
  let isDown = true;
  const inner = memoryStore();
  const load = (id: string) =>
    isDown ? Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7')) : inner.load(id);
  const { fetch, woken, lines, threads } = serve(undefined, wrapStore(inner, { load }));
  const refused = await fetch(delivery());
  expect([refused.status, await refused.text()]).toEqual([503, '{"error":"Try again soon."}']);
  expect(lines).toMatchObject([{ level: 'error', error: 'connect ECONNREFUSED 10.0.0.7' }]);
  expect(woken).toEqual([]);
  isDown = false;
  expect((await fetch(delivery())).status).toBe(202);
  expect(await threads()).toHaveLength(1);
});

test('without its secret, a webhook is not opened, and says which variable to set', () => {
  vi.stubEnv('HOOK_SECRET', '');
  expect(() => serve()).toThrow('Set HOOK_SECRET in .env');
});
