import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Agent, Runner, RunnerHost } from '../../registry/agent/core/agent.ts';
import { wrapStore } from '../../registry/agent/core/store.ts';
import { agentServer, type ServerOptions } from '../../registry/agent/server/server.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { done, hear, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { wakeTrigger } from '../../registry/agent/wake/trigger.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';

const secret = 'a secret of 26 characters.';
beforeEach(() => void vi.stubEnv('WAKE_SECRET', secret));
afterEach(() => vi.unstubAllEnvs());
const root = mkdtempSync(join(tmpdir(), 'wake-'));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Serves an agent that finds no thread by itself. */
async function serve(parts: Partial<Agent> = {}, options: ServerOptions = {}) {
  const { agent: toy } = toyAgent([done]);
  const agent: Agent = { ...toy, ...parts, triggers: { wake: wakeTrigger } };
  const server = await serveAgent(agent, { everyMs: Infinity, ...options });
  onTestFinished(() => server.stop());
  const wake = (thread: string) => fetch(requestFor(server.url, thread));
  return { ...server, agent, wake };
}

function requestFor(url: string, thread: string): Request {
  const body = JSON.stringify({ thread });
  const headers = { 'content-type': 'application/json', 'wake-signature': sign(body) };
  return new Request(`${url}/wake`, { method: 'POST', headers, body });
}

test.each([{}, { basePath: '/agent' }])('the own worker advances it, under %o', async (options) => {
  const { agent, wake } = await serve({}, options);
  await hear(agent, 't');
  expect((await wake('t')).status).toBe(202);
  await vi.waitFor(async () => {
    expect(typesOf(await agent.store.load('t'))).toBe('message tool_call');
  }, 5_000);
  expect(await (await wake('t')).json()).toEqual({
    id: 't',
    status: 'done',
    version: 2,
    due: null,
  });
});

test('a runner gets the wake with the owner, and chooses who advances it', async () => {
  const woken: (readonly [id: string, owner: string | undefined])[] = [];
  const hosts: RunnerHost[] = [];
  const runner: Runner = (host) => {
    hosts.push(host);
    return {
      wake: (id, owner) => void woken.push([id, owner]),
      stop: () => Promise.resolve(),
      running: () => [],
    };
  };
  const { agent, wake } = await serve({ runner }, { atOnce: 0 });
  await hear(agent, 't');
  expect((await wake('t')).status).toBe(202);
  expect(woken).toEqual([['t', 'ada']]);
  await hosts[0]?.advance('t', 0);
  expect(typesOf(await agent.store.load('t'))).toBe('message tool_call');
});

test('1,000 wakes at once, while a thread moves, lead to each step once', async () => {
  const { agent: toy } = toyAgent([done], { store: fileStore(join(root, 'at-once')) });
  const agent: Agent = { ...toy, triggers: { wake: wakeTrigger } };
  const server = agentServer(agent, { everyMs: Infinity, log: () => undefined });
  await hear(agent, 't');
  const wakes = Array.from({ length: 1_000 }, () => server.fetch(requestFor('http://a.test', 't')));
  const statuses = (await Promise.all(wakes)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([202]));
  await vi.waitFor(async () => {
    expect(typesOf(await agent.store.load('t'))).toBe('message tool_call');
  }, 5_000);
  const last = await server.fetch(requestFor('http://a.test', 't'));
  expect(await last.json()).toMatchObject({ status: 'done', version: 2 });
  await server.stop();
});

test('503 while the store is away, and 202 once it is back', async () => {
  const { agent: toy } = toyAgent([done]);
  let isAway = true;
  const store = wrapStore(toy.store, {
    load: (id) => (isAway ? Promise.reject(new Error('refused')) : toy.store.load(id)),
  });
  await hear(toy, 't');
  const { wake } = await serve({ store });
  const response = await wake('t');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  isAway = false;
  expect((await wake('t')).status).toBe(202);
});

test('no file is read or made for an id that is none', async () => {
  const folder = join(root, 'files');
  const { agent, wake } = await serve({ store: fileStore(folder) });
  await hear(agent, 't');
  const files = readdirSync(root, { recursive: true });
  const ids = ['__proto__', 'constructor', '../t', 't/../t', 'CON', 't\0', '%74', 'ü'];
  for (const id of ids) expect([id, (await wake(id)).status]).toEqual([id, 404]);
  expect(readdirSync(root, { recursive: true })).toEqual(files);
});

/** Sends bytes to a server. @returns the status of its response */
async function raw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  for (const part of parts) socket.write(part);
  await Promise.race([closed, vi.waitFor(() => expect(said).toContain('\r\n\r\n'), 5_000)]);
  socket.destroy();
  return said.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
}

const start = 'POST /wake HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
const signed = `wake-signature: ${sign('{"thread":"t"}')}\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = 'transfer-encoding: chunked\r\n\r\n';

test.each<[string, string, readonly string[]]>([
  [
    '202',
    'chunks without a length',
    [start, signed, chunked, chunk('{"thread"'), chunk(':"t"}'), chunk('')],
  ],
  ['413', 'a first chunk that is too large', [start, signed, chunked, chunk('x'.repeat(9_999))]],
  [
    '413',
    'a length of 10 GB',
    [start, signed, 'content-length: 9999999999\r\n\r\n', 'x'.repeat(9_999)],
  ],
  ['401', 'two signatures', [start, signed, signed, 'content-length: 14\r\n\r\n{"thread":"t"}']],
  ['405', 'HEAD', ['HEAD /wake HTTP/1.1\r\nhost: a\r\n\r\n']],
  [
    '405',
    'GET with a body',
    [start.replace('POST', 'GET'), signed, 'content-length: 14\r\n\r\n{"thread":"t"}'],
  ],
])('%s for %s, and the server goes on', async (status, _, parts) => {
  const { agent, port, wake } = await serve();
  await hear(agent, 't');
  expect(await raw(port, ...parts)).toBe(status);
  expect((await wake('t')).status).toBe(202);
});
