import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Step } from '../../registry/agent/core/event.ts';
import { operations, type StreamedEvent } from '../../registry/agent/api/api.ts';
import type { ServerOptions } from '../../registry/agent/server/server.ts';
import {
  ask,
  done,
  read,
  toyAgent,
  typesOf,
  write,
} from '../../registry/agent/testing/toy-agent.ts';
import { cuttingProxy, serveAgent } from '../support/generated/serve-agent.ts';

const opened: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});
const open = <T extends { stop(): unknown }>(one: T): T => {
  opened.push(one);
  return one;
};

async function served(steps: readonly Step[], options: ServerOptions = {}) {
  const { agent } = toyAgent(steps);
  const authenticate = async ({ headers }: Request) => {
    const [, name] = /^Bearer (ada|eve)$/.exec(headers.get('authorization') ?? '') ?? [];
    return name === undefined ? undefined : { name };
  };
  const server = open(await serveAgent(agent, { authenticate, ...options }));
  return { agent, server, client: agentClient({ url: server.url, token: 'ada' }) };
}

/** The events until the thread rests in `status`. */
async function until(
  events: AsyncIterable<StreamedEvent>,
  status: string,
): Promise<StreamedEvent[]> {
  const seen: StreamedEvent[] = [];
  for await (const happened of events) {
    seen.push(happened);
    if (happened.status === status) break;
  }
  return seen;
}

test('a thread from its launch to its end, as it happens', async () => {
  const { client } = await served([read, write, ask, done], { basePath: '/shop/agent' });
  const { id } = await client.launch({ message: 'go – 走' });
  const waiting = await until(client.events(id), 'waiting_for_approval');
  expect(typesOf(waiting.map(({ event }) => event))).toBe(
    'message tool_call tool_started tool_result tool_call',
  );
  const approved = await client.approve(id, { call_id: `${id}:4`, approved: true });
  expect(approved).toEqual({ id, status: 'ready' });
  const asking = await until(client.events(id, { after: waiting.length }), 'waiting_for_human');
  expect(asking.map(({ version }) => version)).toEqual([6, 7, 8, 9]);
  await client.respond(id, { call_id: `${id}:8`, text: 'the second' });
  await until(client.events(id, { after: 9 }), 'done');
  const { status, events, open: none } = await client.get(id);
  expect([status, events.length, none]).toEqual(['done', 11, null]);
  expect(events[0]).toMatchObject({ text: 'go – 走', from: 'ada' });
  expect((await client.list({ status: 'done', limit: 1 })).threads).toMatchObject([
    { id, version: 11 },
  ]);
  await client.say(id, { message: 'and now?' });
  expect((await client.cancel(id, { reason: 'enough' })).status).toBe('cancelled');
  const rest: string[] = [];
  for await (const { event } of client.events(id, { after: 11 })) rest.push(event.type);
  expect([rest[0], rest.at(-1)]).toEqual(['message', 'cancelled']);
});

test('who is late is told what is open now; who may not, that it is not theirs', async () => {
  const { client, server } = await served([write, done]);
  const { id } = await client.launch({ message: 'go' });
  await until(client.events(id), 'waiting_for_approval');
  await expect(client.approve(id, { call_id: `${id}:0`, approved: true })).rejects.toMatchObject({
    status: 409,
    open: { call_id: `${id}:1`, step: write },
  });
  const [eve, nobody] = [
    agentClient({ url: server.url, token: 'eve' }),
    agentClient({ url: server.url }),
  ];
  await expect(eve.get(id)).rejects.toMatchObject({
    status: 404,
    error: `There is no thread ${id}.`,
  });
  await expect(nobody.get(id)).rejects.toMatchObject({ status: 401 });
  for (const client of [eve, nobody])
    await expect(client.events(id).next()).rejects.toMatchObject({ name: 'Error' });
});

test('connections that are cut anywhere lose and repeat no event', async () => {
  const { server, client } = await served(
    Array.from({ length: 20 }, () => [read, { ...ask }]).flat(),
  );
  const { id } = await client.launch({ message: 'größer – 走 🚀' });
  let bytes = 700;
  // Another number of bytes each time, and as coprime to the blocks as any.
  const proxy = open(await cuttingProxy(server.port, () => (bytes += 61)));
  const cut = agentClient({ url: proxy.url, token: 'ada' });
  const seen: StreamedEvent[] = [];
  for await (const happened of cut.events(id)) {
    seen.push(happened);
    if (happened.status === 'waiting_for_human') {
      if (happened.version > 40) break;
      await client.respond(id, { call_id: `${id}:${happened.version - 1}`, text: 'go on' });
    }
  }
  const { events } = await client.get(id);
  expect(seen.map(({ version }) => version)).toEqual(
    events.slice(0, seen.length).map((_, index) => index + 1),
  );
  expect(seen.map(({ event }) => event)).toEqual(events.slice(0, seen.length));
  expect(bytes).toBeGreaterThan(700 + 5 * 61);
});

test('a launch whose answer is lost is one thread', async () => {
  const { server, client } = await served([done]);
  let tries = 0;
  const proxy = open(await cuttingProxy(server.port, () => ((tries += 1) === 1 ? 1 : Infinity)));
  const { id } = await agentClient({ url: proxy.url, token: 'ada' }).launch({ message: 'go' });
  expect(tries).toBe(2);
  expect((await client.list()).threads.map((thread) => thread.id)).toEqual([id]);
  expect((await client.get(id)).events.filter(({ type }) => type === 'message')).toHaveLength(1);
});

test('a server that comes back on the same store is found again', async () => {
  const { agent, client, server } = await served([write, done]);
  const { id } = await client.launch({ message: 'go' });
  let port = server.port;
  const send: typeof fetch = async (input, init) =>
    fetch(String(input).replace(/:\d+\//, `:${port}/`), init);
  const moving = agentClient({ url: server.url, token: 'ada', fetch: send });
  const lost = vi.fn();
  const watching = until(moving.events(id, { onLost: lost }), 'done');
  await until(client.events(id), 'waiting_for_approval');
  await server.stop();
  await vi.waitFor(() => expect(lost).toHaveBeenCalled(), { timeout: 5_000 });
  const again = open(await serveAgent(agent, { authenticate: async () => ({ name: 'ada' }) }));
  port = again.port;
  await moving.approve(id, { call_id: `${id}:1`, approved: true });
  expect((await watching).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('it is bundled for browsers, without anything of Node', async () => {
  const entryPoints = [
    fileURLToPath(new URL('../../registry/agent/client/client.ts', import.meta.url)),
  ];
  const options = {
    entryPoints,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  } as const;
  const { outputFiles, metafile } = await build(options);
  const inputs = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/zod/'));
  expect(inputs.map((path) => path.replace(/.*registry\/agent\//, '')).toSorted()).toEqual([
    'api/api.ts',
    'client/client.ts',
    'client/events.ts',
    'client/no-response.ts',
    'client/request.ts',
    'client/retry.ts',
    'core/json.ts',
    'http/server-sent-events.ts',
  ]);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  const [{ text } = { text: '' }] = outputFiles;
  expect(text).not.toMatch(/["']node:|\bBuffer\b|\bprocess\./);
  const bundle = await import(
    `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  );
  expect(Object.keys(bundle.agentClient({ url: '/agent' })).toSorted()).toEqual(
    Object.keys(operations).toSorted(),
  );
});
