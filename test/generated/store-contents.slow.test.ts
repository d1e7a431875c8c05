import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Refused } from '../../registry/agent/core/errors.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { Damaged } from '../../registry/agent/core/store.ts';
import { importThreads } from '../../registry/agent/store/transfer.ts';
import { closePlaces, newSpace, places } from '../support/generated/store-places.ts';

afterAll(closePlaces);

const at = '2026-01-01T00:00:00.000Z';
const said = (from: string): Event => ({ type: 'message', channel: 'test', from, text: 'go', at });
const available = (kind: string) =>
  places.filter(({ name, missing }) => name === kind && missing === undefined);

describe.each(available('redis'))('$name', ({ where, open }) => {
  test('lists 150,000 threads that are due', { timeout: 60_000 }, async () => {
    const space = newSpace();
    const store = await open(space);
    await store.append('t0', 0, said('a'), { status: 'thinking', due: at });
    const redis = new Redis(await where());
    const copy = `
      local info, due = redis.call('HGET', KEYS[1], 't0'), redis.call('ZSCORE', KEYS[2], 't0')
      for n = 1, 149999 do
        redis.call('HSET', KEYS[1], 't' .. n, (string.gsub(info, 't0', 't' .. n)))
        redis.call('ZADD', KEYS[2], due, 't' .. n)
      end`;
    await redis.eval(copy, 2, `${space}:infos`, `${space}:due`);
    await redis.quit();
    const found = await store.list({ dueBefore: '2027', limit: 500 });
    expect([found.length, found[0]?.id, found[1]?.id]).toEqual([500, 't0', 't1']);
  });
});

/** Proxies a port. A test can break its sockets without a message from the server. */
async function breakableProxy(port: number) {
  const sockets: Socket[] = [];
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    client.pipe(server).pipe(client);
    client.on('error', () => {}).on('close', () => server.destroy());
    server.on('error', () => client.destroy());
    sockets.push(client, server);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    sockets,
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

describe.each(available('postgres'))('$name', ({ where, open }) => {
  test('connects again if the connection breaks while the tables are created', async () => {
    const url = new URL(await where());
    const schema = `s_${newSpace()}`;
    const blocker = new Client(url.href);
    await blocker.connect();
    await blocker.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('${schema}'))`);
    const proxy = await breakableProxy(Number(url.port));
    url.port = String(proxy.port);
    const store = postgresStore(url.href, schema);
    const failing = expect(store.load('t')).rejects.toThrow('ECONNRESET');
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    await vi.waitFor(async () => expect((await blocker.query(waiting)).rowCount).toBe(1));
    proxy.sockets[0]?.resetAndDestroy();
    await failing;
    await blocker.query('ROLLBACK');
    expect(await store.load('t')).toEqual([]);
    await Promise.all([store.close(), blocker.end()]);
    proxy.close();
  });

  test(
    'reports a thread that is too long to load, and loads the others',
    { timeout: 60_000 },
    async () => {
      const space = newSpace();
      const store = await open(space);
      await store.append('big', 0, said('a'), { status: 'thinking' });
      const client = new Client(await where());
      await client.connect();
      const fields = `'type', 'message', 'from', 'a', 'at', '${at}'`;
      const event = `json_build_object(${fields}, 'text', repeat('x', 1000000))`;
      await client.query(
        `INSERT INTO s_${space}.events SELECT 'big', n, ${event} FROM generate_series(1, 540) AS n`,
      );
      await client.end();
      await expect(store.load('big')).rejects.toThrow(Damaged);
      expect(await store.load('other')).toEqual([]);
    },
  );

  test('refuses a name with NUL, and imports the other threads', async () => {
    const store = await open();
    await expect(store.append('t', 0, said('a'), { status: 'done', owner: 'a\0' })).rejects.toThrow(
      Refused,
    );
    async function* lines() {
      for (const [id, from] of [
        ['one', 'a\0b'],
        ['two', 'b'],
      ] as const)
        yield JSON.stringify({ id, events: [said(from)] });
    }
    const kinds: string[] = [];
    for await (const { kind } of importThreads(store, lines())) kinds.push(kind);
    expect(kinds).toEqual(['refused', 'imported']);
  });
});
