import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Agent, Outbox } from '../core/agent.ts';
import { advance } from '../core/loop.ts';
import { cancel } from '../core/people.ts';
import { Damaged } from '../core/store.ts';
import { ask, done, hear, toyAgent } from '../testing/toy-agent.ts';
import { wakeTrigger } from './trigger.ts';

const secret = 'a secret of 26 characters.';
const older = 'another one: still in use.';
beforeEach(() => void vi.stubEnv('WAKE_SECRET', `${secret}, ${older}`));
afterEach(() => vi.unstubAllEnvs());

type Sent = {
  readonly body?: string | Uint8Array;
  readonly key?: string;
  /** Replaces the right one. Undefined: there is none. */
  readonly signature?: string | undefined;
  readonly type?: string;
  readonly method?: string;
};

const ignore = () => undefined;
const right = '{"thread":"t_1"}';
const sign = (body: string | Uint8Array, key = secret) =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

function requestOf({ body = right, key = secret, method = 'POST', ...sent }: Sent): Request {
  const signature = 'signature' in sent ? sent.signature : sign(body, key);
  const headers = new Headers({ 'content-type': sent.type ?? 'application/json' });
  if (signature !== undefined) headers.set('wake-signature', signature);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init = hasBody ? { method, headers, body: Buffer.from(body) } : { method, headers };
  return new Request('http://agent.test/wake', init);
}

/** Opens the trigger of an agent with one thread, t_1. */
async function open(parts: Partial<Agent> = {}) {
  const { agent: toy } = toyAgent([done]);
  const agent: Agent = { ...toy, ...parts };
  await hear(agent, 't_1');
  const woken: (readonly [id: string, owner: string | undefined])[] = [];
  const log: string[] = [];
  const trigger = wakeTrigger({
    agent,
    wake: (id, owner) => void woken.push([id, owner]),
    log: ({ level, message, error }) => void log.push(`${level} ${message}: ${error}`),
  });
  return { agent, woken, log, send: (sent: Sent = {}) => trigger.fetch(requestOf(sent)) };
}

describe('a signed wake', () => {
  test.each<[string, Sent]>([
    ['by the first secret', {}],
    ['by the second secret', { key: older }],
    ['with spaces in its body', { body: ' { "thread" : "t_1" }\n' }],
    ['with escapes in its body', { body: '{"thr\\u0065ad":"\\u0074_1"}' }],
    ['with a charset', { type: 'Application/JSON; charset=utf-8' }],
  ])('%s wakes its thread, and says how the thread stands', async (_, sent) => {
    const { woken, send } = await open();
    const response = await send(sent);
    expect(response.status).toBe(202);
    // A thread that thinks is looked at after 200 s.
    const due = '2026-01-01T00:03:20.000Z';
    expect(await response.json()).toEqual({ id: 't_1', status: 'thinking', version: 1, due });
    expect(woken).toEqual([['t_1', 'ada']]);
  });

  test('of a thread that waits says when its request expires', async () => {
    const { agent, send } = await open(toyAgent([ask]).agent);
    await advance(agent, 't_1');
    const [info] = await agent.store.list({ limit: 1 });
    const woken = await (await send()).json();
    expect(woken).toMatchObject({ status: 'waiting_for_human', due: info?.due });
    expect(woken).toMatchObject({ due: '2026-01-31T00:00:00.000Z' });
  });

  test.each(['done', 'cancelled'])('of a thread that is %s has no time', async (status) => {
    const { agent, send } = await open();
    if (status === 'done') await advance(agent, 't_1');
    else await cancel(agent, 't_1', { by: 'ada' });
    expect(await (await send()).json()).toMatchObject({ status, due: null });
  });

  test('tells when people have to be told, if that is first', async () => {
    const due = '2026-01-01T00:01:00.000Z';
    const outbox: Outbox = { dueAt: () => due, send: () => Promise.resolve() };
    const { agent, send } = await open({ ...toyAgent([ask]).agent, outbox });
    await advance(agent, 't_1');
    expect(await (await send()).json()).toMatchObject({ due });
  });

  test('that comes while the thread is read sees the thread as it is then', async () => {
    const { agent } = await open();
    const loads: (() => void)[] = [];
    const load = async (id: string) => {
      const events = await agent.store.load(id);
      await new Promise<void>((end) => loads.push(end));
      return events;
    };
    const store = { ...agent.store, load };
    const slow = wakeTrigger({ agent: { ...agent, store }, wake: ignore, log: ignore });
    const send = () => slow.fetch(requestOf({}));
    const first = send();
    await vi.waitFor(() => expect(loads).toHaveLength(1));
    await cancel(agent, 't_1', { by: 'ada' });
    const others = [send(), send(), send()];
    loads[0]?.();
    expect(await (await first).json()).toMatchObject({ status: 'thinking', version: 1 });
    await vi.waitFor(() => expect(loads).toHaveLength(2));
    loads[1]?.();
    for (const other of others)
      expect(await (await other).json()).toMatchObject({ status: 'cancelled', version: 2 });
    expect(loads).toHaveLength(2);
  });

  test('that comes 1,000 times at once adds no event, and says the same each time', async () => {
    const { agent, woken, send } = await open();
    const before = await agent.store.load('t_1');
    const responses = await Promise.all(Array.from({ length: 1_000 }, () => send()));
    const texts = await Promise.all(responses.map((response) => response.text()));
    expect(new Set(texts).size).toBe(1);
    expect(woken).toHaveLength(1_000);
    expect(await agent.store.load('t_1')).toEqual(before);
  });
});

const hex = sign(right).slice('sha256='.length);
const signatures: readonly (string | undefined)[] = [
  undefined,
  ...Array.from(hex, (one, n) => `${hex.slice(0, n)}${one === '0' ? '1' : '0'}${hex.slice(n + 1)}`)
    .map((changed) => `sha256=${changed}`)
    .concat(['', 'sha256', 'sha256=', hex, `sha1=${hex}`, `SHA256=${hex}`, `sha256:${hex}`]),
  ...[hex.slice(1), hex.slice(0, -1), `${hex}0`, hex.toUpperCase(), ` ${hex}`, '0'.repeat(64)].map(
    (changed) => `sha256=${changed}`,
  ),
  `sha256=${hex}, sha256=${hex}`,
  `sha256=${hex},`,
  `v1,${hex}`,
  `sha256=${'é'.repeat(64)}`,
  `sha256=${'é'.repeat(32)}`,
  'x'.repeat(100_000),
  sign(''),
  sign('{}'),
  sign('{"thread":"t_2"}'),
  sign(`${right}\n`),
  `sha256=${createHmac('sha256', secret).update(right).digest('base64')}`,
  `sha256=${createHmac('sha1', secret).update(right).digest('hex')}`,
  `sha512=${createHmac('sha512', secret).update(right).digest('hex')}`,
];
const keys = ['', 'undefined', ',', ' ', secret.slice(0, -1), ` ${secret}`, `${secret},${older}`];
const unsigned: readonly Sent[] = [
  ...signatures.map((signature) => ({ signature })),
  ...keys.map((key) => ({ key })),
  ...['', '{}', ` ${right}`, `\ufeff${right}`, right.replace('t_1', 't_2'), '\0'].map((body) => ({
    body,
    signature: sign(right),
  })),
];

test.each(unsigned)('a wake whose signature is wrong gets 401: %o', async (sent) => {
  const { woken, send } = await open();
  expect((await send(sent)).status).toBe(401);
  expect(woken).toEqual([]);
});

/** Ids that are none, and ids of no thread. */
const unknown = [
  '',
  ' ',
  't_2',
  't_1 ',
  'T_1',
  't_1:7',
  't_1/',
  '../t_1',
  'a/b',
  'a\\b',
  '.',
  '*',
  '%00',
  '\0',
  'ü',
  '\ud800',
  '\u202et_1',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(900),
];
const bodies = [
  '',
  ' ',
  'null',
  '[]',
  '7',
  '"t_1"',
  '{}',
  't_1',
  'thread=t_1',
  '{"thread":"t_1"',
  '["t_1"]',
  '[{"thread":"t_1"}]',
  '{"thread":7}',
  '{"thread":null}',
  '{"thread":{}}',
  '{"thread":["t_1"]}',
  '{"id":"t_1"}',
  '{"Thread":"t_1"}',
  '{"__proto__":{"thread":"t_1"}}',
  '{"thread":"t_1","message":"go"}',
  '{"thread":"t_1","__proto__":{}}',
  '['.repeat(1_000),
  new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
];
const wrong: readonly (readonly [status: number, what: string, sent: Sent])[] = [
  ...unknown.map(
    (thread) => [404, JSON.stringify(thread), { body: JSON.stringify({ thread }) }] as const,
  ),
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(
    (method) => [405, method, { method }] as const,
  ),
  ...['', 'text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'json'].map(
    (type) => [415, `type "${type}"`, { type }] as const,
  ),
  ...bodies.map((body) => [400, String(body).slice(0, 40), { body }] as const),
  [413, 'body of a kilobyte too much', { body: right.padEnd(1_025) }],
  [413, 'body of 10 MB', { body: 'x'.repeat(10_000_000), signature: 'none' }],
];

test.each(wrong)('%i for %s, although it is signed', async (status, _, sent) => {
  const { woken, log, send } = await open();
  const response = await send(sent);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/^.{10,200}$/) });
  expect(woken).toEqual([]);
  expect(log).toEqual([expect.stringContaining(`warn A wake got ${status}: `)]);
});

test.each([
  [503, new Error('no answer in 10000 ms')],
  [500, new Damaged('t_1 is damaged', [])],
])('%i if the store says: %s', async (status, error) => {
  const { agent } = toyAgent([done]);
  const load = () => Promise.reject(error);
  const { woken, log, send } = await open();
  expect((await send()).status).toBe(202);
  const away = wakeTrigger({
    agent: { ...agent, store: { ...agent.store, load } },
    wake: (id) => void woken.push([id, undefined]),
    log: ({ level, error: why }) => void log.push(`${level} ${why}`),
  });
  const response = await away.fetch(requestOf({}));
  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
  expect(await response.json()).toEqual({ error: 'The log says why.' });
  expect(woken).toHaveLength(1);
  expect(log).toEqual([`error ${error.message}`]);
});

test.each([
  [undefined, 'Set WAKE_SECRET'],
  ['', 'Set WAKE_SECRET'],
  [' , ', 'Set WAKE_SECRET'],
  ['short', 'too short'],
  [`${secret},short`, 'too short'],
])('with the secret "%s" it does not open: %s', async (value, message) => {
  vi.stubEnv('WAKE_SECRET', value);
  await expect(open()).rejects.toThrow(message);
});
