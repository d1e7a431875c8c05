import { serve } from '@hono/node-server';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Event, Step } from '../../registry/agent/core/event.ts';
import { agentServer } from '../../registry/agent/server/server.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import type { LogLine } from '../../registry/agent/worker/log.ts';
import { wrapStore, type Store } from '../../registry/agent/core/store.ts';
import { ask, done, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { dial, launch, rests, send } from '../support/generated/http.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/**
 * A server in this process, whose callers are whoever `x-user` names, and how many watch, load and
 * are connected.
 */
async function serveHere(steps: readonly Step[], inner: Store = memoryStore()) {
  const counts = { watching: 0, loads: 0 };
  const store = wrapStore(inner, {
    async load(id) {
      counts.loads++;
      return inner.load(id);
    },
    watch(id, onAppend) {
      counts.watching++;
      const stop = inner.watch?.(id, onAppend);
      return () => {
        counts.watching--;
        stop?.();
      };
    },
  });
  const { agent } = toyAgent(steps, { store });
  const failures: LogLine[] = [];
  const log = (line: LogLine) => void (line.level === 'error' && failures.push(line));
  const authenticate = async ({ headers }: Request) => ({ name: headers.get('x-user') ?? 'ada' });
  const ours = agentServer({ ...agent, now: Date.now }, { authenticate, log, everyMs: Infinity });
  const server = await new Promise<Server>((resolve) => {
    const opened = serve({ fetch: ours.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(opened as Server),
    );
  });
  let isOver = false;
  const stop = async () => {
    if (isOver) return;
    isOver = true;
    const closed = once(server.close(), 'close');
    await ours.stop(1_000);
    // Streams end at their next look.
    await sleep(1_100);
    if ('closeAllConnections' in server) Object(server).closeAllConnections();
    await closed;
  };
  stops.push(stop);
  const connections = async () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, n) => (error ? reject(error) : resolve(n))),
    );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, store, counts, failures, connections, stop };
}

/** A socket that asked for a stream; `text()` is what it has got. */
async function openStream(url: string, id: string, headers = '') {
  const socket = await dial(url);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.write(`GET /threads/${id}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`);
  return {
    socket,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, n]) => Number(n)),
  };
}

const eventually = async (look: () => unknown, timeout = 5_000) =>
  vi.waitFor(look, { timeout, interval: 20 });
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('a stream of events', () => {
  test.each([
    ['from the start', '', [1, 2]],
    ['behind the first', 'last-event-id: 1\r\n', [2]],
    ['behind an empty id', 'last-event-id:\r\n', [1, 2]],
    ['behind the end', 'last-event-id: 2\r\n', []],
  ])('goes on %s, and then with what comes', async (_, header, before) => {
    const { url, counts } = await serveHere([ask, done]);
    const id = await launch(url, []);
    const { open } = await rests(url, id, 'waiting_for_human');
    const stream = await openStream(url, id, header);
    await eventually(() => expect(counts.watching).toBe(1));
    await eventually(() => expect(stream.ids()).toEqual(before));
    await sleep(100);
    await send(url, 'POST', `/threads/${id}/responses`, {
      body: { call_id: open.call_id, text: 'x' },
    });
    await eventually(() => expect(stream.ids()).toEqual([...before, 3, 4]));
    stream.socket.destroy();
  });

  test('ends behind a cancelled thread, and is not opened again', async () => {
    const { url } = await serveHere([ask]);
    const id = await launch(url, []);
    await rests(url, id, 'waiting_for_human');
    const stream = await openStream(url, id, 'connection: close\r\n');
    await send(url, 'POST', `/threads/${id}/cancel`);
    await once(stream.socket, 'close');
    expect(stream.ids()).toEqual([1, 2, 3]);
    const again = await send(url, 'GET', `/threads/${id}/events`, {
      headers: { 'last-event-id': '3' },
    });
    expect([again.status, again.text]).toEqual([204, '']);
  });

  test('of a reader who may no longer see the thread ends without an error', async () => {
    const { url, failures } = await serveHere([{ intent: 'write', to: 'production' }, ask]);
    const headers = { 'x-user': 'eve' };
    const id = await launch(url, [], headers);
    await eventually(async () =>
      expect((await send(url, 'GET', `/threads/${id}`)).status).toBe(200),
    );
    const stream = await openStream(url, id, 'x-user: ada\r\nconnection: close\r\n');
    await eventually(() => expect(stream.ids()).toEqual([1, 2]));
    const body = { call_id: `${id}:1`, approved: true };
    await send(url, 'POST', `/threads/${id}/approvals`, { body, headers: { 'x-user': 'bob' } });
    await once(stream.socket, 'close');
    expect(stream.text()).toMatch(/0\r\n\r\n$/);
    expect(failures).toEqual([]);
  });

  test('whose reader hangs up lets go of it at once: watcher, timer, socket', async () => {
    const { url, counts, connections } = await serveHere([ask]);
    const id = await launch(url, []);
    await rests(url, id, 'waiting_for_human');
    await sleep(200);
    const [before, idle] = [timers(), await connections()];
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(url, id)));
    await eventually(() => expect(streams.every((stream) => stream.ids().length === 2)).toBe(true));
    expect(counts.watching).toBe(50);
    for (const [n, { socket }] of streams.entries()) {
      if (n % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await eventually(() => expect(counts.watching).toBe(0), 900);
    await eventually(async () => expect(await connections()).toBeLessThanOrEqual(idle));
    expect(timers()).toBeLessThanOrEqual(before + 2);
    const { loads } = counts;
    await sleep(1_500);
    expect(counts.loads).toBe(loads);
  });

  test('that is asked for by HEAD watches nothing', async () => {
    const { url, counts } = await serveHere([ask]);
    const id = await launch(url, []);
    for (let n = 0; n < 10; n++) await fetch(`${url}/threads/${id}/events`, { method: 'HEAD' });
    await sleep(50);
    expect(counts.watching).toBe(0);
  });

  test('ends when the server stops, also for who does not read', { timeout: 20_000 }, async () => {
    const { url, stop, counts } = await serveHere([ask]);
    const id = await launch(url, []);
    const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(url, id)));
    await eventually(() => expect(counts.watching).toBe(10));
    const closed = Promise.all(streams.map(({ socket }) => once(socket, 'close')));
    await stop();
    await closed;
    expect(counts.watching).toBe(0);
  });

  test(
    '500 of them at once hear of an event each, and requests are answered meanwhile',
    { timeout: 60_000 },
    async () => {
      const { url, counts } = await serveHere([ask, ask]);
      const id = await launch(url, []);
      const { open } = await rests(url, id, 'waiting_for_human');
      const streams = await Promise.all(Array.from({ length: 500 }, () => openStream(url, id)));
      await eventually(
        () => expect(streams.every((stream) => stream.ids().length === 2)).toBe(true),
        20_000,
      );
      expect(counts.watching).toBe(500);
      const body = { call_id: open.call_id, text: 'x' };
      expect((await send(url, 'POST', `/threads/${id}/responses`, { body })).status).toBe(202);
      await eventually(
        () => expect(streams.every((stream) => stream.ids().length === 4)).toBe(true),
        20_000,
      );
      for (const { socket } of streams) socket.destroy();
      await eventually(() => expect(counts.watching).toBe(0));
    },
  );
});

describe('a reader that does not read', () => {
  /** A thread of 20 MB, read anew each time. */
  function longThread(): Store {
    const at = new Date().toISOString();
    const event: Event = {
      type: 'message',
      channel: 'test',
      from: 'ada',
      text: 'x'.repeat(10_000),
      at,
    };
    const text = JSON.stringify(Array.from({ length: 2_000 }, () => event));
    return wrapStore(memoryStore(), {
      load: async () => JSON.parse(text),
      version: async () => 2_000,
    });
  }

  test('of a long thread costs little, however many there are', { timeout: 120_000 }, async () => {
    const { url, counts } = await serveHere([read], longThread());
    setFlagsFromString('--expose-gc');
    const collect = () => {
      runInNewContext('gc()');
      return process.memoryUsage();
    };
    const sockets = [];
    const first = await openStream(url, 't');
    await eventually(() => expect(first.ids().length).toBeGreaterThan(50), 20_000);
    first.socket.destroy();
    await eventually(() => expect(counts.watching).toBe(0), 20_000);
    const before = collect();
    for (let n = 0; n < 20; n++) {
      const socket = await dial(url);
      socket.pause();
      socket.write('GET /threads/t/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
      sockets.push(socket);
      await sleep(100);
    }
    await eventually(() => expect(counts.watching).toBe(20), 30_000);
    // Nobody reads the thread again for somebody who does not read.
    let seen = -1;
    await eventually(async () => {
      seen = counts.loads;
      await sleep(1_500);
      expect(counts.loads).toBe(seen);
    }, 60_000);
    const after = collect();
    const mb = (after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed) / 1e6;
    // Two threads and their texts may not be collected yet; twenty would be 400 MB.
    expect(mb).toBeLessThan(150);
    for (const socket of sockets) socket.destroy();
    await eventually(() => expect(counts.watching).toBe(0), 20_000);
  });
});

describe('a client that reads a long thread', () => {
  const length = 2_000;
  const events = Array.from({ length }, (_, n): Event => ({
    type: 'message',
    channel: 'test',
    from: 'ada',
    text: `${n} ü ${'x'.repeat(10_000)}`,
    at: '2026-01-01T00:00:00.000Z',
  }));
  const text = JSON.stringify(events);
  const store = () =>
    wrapStore(memoryStore(), {
      load: async () => JSON.parse(text),
      version: async () => length,
    });

  test('quickly costs one load', async () => {
    const { url, counts } = await serveHere([read], store());
    const response = await fetch(`${url}/threads/t`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ id: 't', version: length, events });
    expect(counts.loads).toBe(1);
  });

  test('slowly gets the same', { timeout: 60_000 }, async () => {
    const { url, counts } = await serveHere([read], store());
    const response = await fetch(`${url}/threads/t`);
    let got = '';
    const decoder = new TextDecoder();
    let nextRestAt = 3_000_000;
    for await (const chunk of response.body ?? []) {
      got += decoder.decode(chunk, { stream: true });
      if (got.length < nextRestAt) continue;
      nextRestAt += 5_000_000;
      await sleep(600);
    }
    expect(JSON.parse(got)).toMatchObject({ id: 't', version: length, events });
    expect(counts.loads).toBeGreaterThan(1);
  });

  test('not at all costs little memory, and is cut off', { timeout: 120_000 }, async () => {
    const { url, connections } = await serveHere([read], store());
    setFlagsFromString('--expose-gc');
    const used = () => {
      runInNewContext('gc()');
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return (arrayBuffers + heapUsed) / 1e6;
    };
    const before = used();
    const sockets = await Promise.all(Array.from({ length: 20 }, async () => dial(url)));
    for (const socket of sockets) {
      socket.pause();
      socket.write('GET /threads/t HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    }
    await sleep(8_000);
    expect(await connections()).toBe(20);
    // Twenty threads would be 400 MB, and their texts as much again.
    expect(used() - before).toBeLessThan(150);
    await eventually(async () => expect(await connections()).toBe(0), 60_000);
    for (const socket of sockets) socket.destroy();
  });
});

test('idle event streams do not load their thread again', { timeout: 30_000 }, async () => {
  const { url, counts } = await serveHere([ask]);
  const id = await launch(url, []);
  const streams = await Promise.all(Array.from({ length: 20 }, async () => openStream(url, id)));
  await eventually(() => expect(streams.every(({ ids }) => ids().length === 2)).toBe(true), 10_000);
  const { loads } = counts;
  // The memory store cannot watch: each stream looks every second.
  await sleep(3_500);
  expect(counts.loads).toBe(loads);
  await send(url, 'POST', `/threads/${id}/messages`, { body: { message: 'more' } });
  await eventually(() => expect(streams.every(({ ids }) => ids().length > 2)).toBe(true), 10_000);
  for (const { socket } of streams) socket.destroy();
});

test('a thread of another person is answered like a missing one, byte for byte', async () => {
  const { url } = await serveHere([ask]);
  const headers = { 'x-user': 'eve' };
  const id = await launch(url, [], headers);
  const none = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const requests = [
    ['GET', ''],
    ['GET', '/events'],
    ['POST', '/messages', { message: 'x' }],
    ['POST', '/responses', { call_id: 'x', text: 'x' }],
    ['POST', '/approvals', { call_id: 'x', approved: true }],
    ['POST', '/results', { call_id: 'x', result: 1 }],
    ['POST', '/cancel', {}],
  ] as const;
  for (const [method, path, body] of requests) {
    const whole = async (of: string) => {
      const options = { headers: { 'x-user': 'mallory' }, ...(body && { body }) };
      const answer = await send(url, method, `/threads/${of}${path}`, options);
      const { date: _, ...rest } = Object.fromEntries(answer.headers);
      return [answer.status, rest, answer.text.replaceAll(of, 'ID')];
    };
    expect(await whole(id), path).toEqual(await whole(none));
    expect((await whole(id))[0]).toBe(404);
  }
});
