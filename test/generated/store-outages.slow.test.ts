import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Refused } from '../../registry/agent/core/errors.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { start } from '../../registry/agent/core/people.ts';
import { Conflict, type Store } from '../../registry/agent/core/store.ts';
import { toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import { said, thinking } from '../support/generated/events.ts';
import { openStore, type Kind } from '../support/generated/open-store.ts';
import type { Task } from '../support/generated/children/advance.ts';
import {
  closePlaces,
  newFolder,
  newSpace,
  places,
  type Place,
} from '../support/generated/store-places.ts';

const mounted: string[] = [];
afterAll(async () => {
  killChildren();
  for (const folder of mounted) execFileSync('umount', ['--lazy', folder]);
  await closePlaces();
});

const placesOf = (...kinds: readonly Kind[]) => places.filter(({ name }) => kinds.includes(name));

/** Gives the threads in `space` the schema of a later version. */
async function setLaterSchema({ name, where }: Place, space: string): Promise<void> {
  const at = await where();
  if (name === 'redis') {
    const redis = new Redis(at);
    await redis.set(`${space}:schema`, 9);
    await redis.quit();
  } else if (name === 'postgres') {
    const client = new Client(at);
    await client.connect();
    await client.query(`UPDATE s_${space}.meta SET version = 9`);
    await client.end();
  } else {
    const { DatabaseSync } = Object(process.getBuiltinModule('node:sqlite'));
    const database = new DatabaseSync(join(at, `${space}.db`));
    database.exec('PRAGMA user_version = 9');
    database.close();
  }
}

describe.each(placesOf('sqlite', 'postgres', 'redis'))('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test('refuses threads of a later version, and does not change them', async () => {
    const space = newSpace();
    const before = await place.open(space);
    await before.append('t', 0, said('x'), thinking);
    await setLaterSchema(place, space);
    const reopen = async () => place.open(space);
    const message =
      /written by a later version: this one knows schema [12], and it has 9\. Nothing was changed: /;
    for (const use of [
      async () => (await reopen()).load('t'),
      async () => (await reopen()).append('t', 1, said('y'), thinking),
      async () => (await reopen()).list({ limit: 1 }),
    ]) {
      const error: unknown = await use().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Refused);
      expect(error).toMatchObject({ message: expect.stringMatching(message) });
    }
    expect(await before.load('t')).toHaveLength(1);
  });

  test(
    'creates its tables once for eight processes that start together',
    { timeout: 120_000 },
    async () => {
      const where = await place.where();
      const children = Array.from({ length: 8 }, () => startChild('advance.ts'));
      for (let round = 0; round < 5; round++) {
        const task: Task = {
          address: { name: place.name, where, space: newSpace() },
          steps: [],
          effects: '',
          onUnknownOutcome: 'retry',
          hangs: false,
        };
        const isReady = () =>
          children.every(({ lines, err }) => lines().length === 2 * round + 1 || err() !== '');
        for (const { write } of children) write(JSON.stringify(task));
        await expect.poll(isReady, { timeout: 60_000, interval: 5 }).toBe(true);
        for (const { err } of children) expect(err()).toBe('');
        const isDone = () => children.every(({ lines }) => lines().length === 2 * round + 2);
        for (const { write } of children) write('go');
        await expect.poll(isDone, { timeout: 60_000, interval: 5 }).toBe(true);
      }
      for (const { child } of children) child.kill();
    },
  );
});

describe.each(placesOf('postgres', 'redis'))('$name, during a restart', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test('fails each call while the server is down, and works again after that', async () => {
    const store = await place.open();
    await store.append('t', 0, said('before'), thinking);
    await place.restart?.(async () => {
      await expect(store.append('t', 1, said('never'), thinking)).rejects.toThrow();
      await expect(store.load('t')).rejects.toThrow(/ECONNREFUSED/);
      await expect(store.list({ limit: 1 })).rejects.toThrow(/ECONNREFUSED/);
    });
    expect(await store.load('t')).toEqual([said('before')]);
    expect(await store.append('t', 1, said('after'), thinking)).toBe(2);
  });

  test('keeps each acknowledged append, and no version twice', async () => {
    const store = await place.open();
    const acknowledged: string[] = [];
    const over = new AbortController();
    const appending = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        const version = await store.load('t').then(
          (events) => events.length,
          () => undefined,
        );
        if (version === undefined) continue;
        const saved = await store
          .append('t', version, said(`${n}`), thinking)
          .catch(() => undefined);
        if (saved !== undefined) acknowledged[version] = `${n}`;
      }
    })();
    await expect
      .poll(() => acknowledged.length, { timeout: 20_000, interval: 5 })
      .toBeGreaterThan(20);
    await place.restart?.();
    const before = acknowledged.length;
    await expect
      .poll(() => acknowledged.length, { timeout: 20_000, interval: 5 })
      .toBeGreaterThan(before + 20);
    over.abort();
    await appending;
    const texts = (await store.load('t')).map((event) =>
      event.type === 'message' ? event.text : undefined,
    );
    // An append that failed may have been saved.
    expect(
      texts.filter(
        (text, version) => acknowledged[version] !== undefined && acknowledged[version] !== text,
      ),
    ).toEqual([]);
    expect(texts.length).toBeGreaterThanOrEqual(acknowledged.length);
  });

  test('calls watchers after it, and for later appends', { timeout: 60_000 }, async () => {
    const space = newSpace();
    const [watching, appending] = [await place.open(space), await place.open(space)];
    let calls = 0;
    const called = () =>
      expect.poll(() => calls, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
    watching.watch?.('t', () => (calls += 1));
    await appending.append('t', 0, said('a'), thinking);
    await called();
    await place.restart?.(async () => (calls = 0));
    await called();
    calls = 0;
    await appending.append('t', 1, said('b'), thinking);
    await called();
  });
});

/** Proxies the server at `url`. `drop` loses the next response, with its connection. */
async function losingProxy(url: string) {
  const server = new URL(url);
  let isLost = false;
  const proxy = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    for (const socket of [client, upstream])
      socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()));
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (isLost) client.destroy();
      else client.write(chunk);
      isLost = false;
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = new URL(url);
  address.port = String((proxy.address() as AddressInfo).port);
  onTestFinished(() => void proxy.close());
  return { url: address.href, drop: () => void (isLost = true) };
}

describe.each(placesOf('postgres', 'redis'))('$name, when a response is lost', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test('rejects start() with the error of the connection, and starts one thread only', async () => {
    const { url, drop } = await losingProxy(await place.where());
    const store = await openStore({ name: place.name, where: url, space: newSpace() });
    onTestFinished(async () => void (await store.close()));
    await store.load('t');
    drop();
    const launched = start(
      { ...toyAgent([]).agent, store },
      { channel: 'test', from: 'ada', text: 'go' },
    );
    await expect(launched).rejects.toThrow(/terminated|broke/);
    expect(await store.list({ limit: 9 })).toHaveLength(1);
  });
});

describe.each(placesOf('redis'))('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test(
    'lists more threads that are due than one command can name',
    { timeout: 60_000 },
    async () => {
      const space = newSpace();
      const store = await place.open(space);
      const redis = new Redis(await place.where());
      onTestFinished(() => redis.disconnect());
      const ids = Array.from({ length: 200_000 }, (_, n) => `t_${String(n).padStart(6, '0')}`);
      for (let from = 0; from < ids.length; from += 10_000) {
        const some = ids.slice(from, from + 10_000);
        await redis.zadd(`${space}:due`, ...some.flatMap((id) => [1, id]));
        await redis.hset(`${space}:infos`, Object.fromEntries(some.map((id) => [id, infoOf(id)])));
      }
      const query = { dueBefore: '2026-01-01T00:00:00.000Z', limit: 700 };
      expect((await store.list(query)).map(({ id }) => id)).toEqual(ids.slice(0, 700));
      const last = { dueAfter: '1970-01-01T00:00:00.001Z', after: 't_199900' };
      expect((await store.list({ ...query, ...last })).map(({ id }) => id)).toEqual(
        ids.slice(199_901),
      );
    },
  );
});

const infoOf = (id: string) =>
  JSON.stringify({ id, version: 1, status: 'thinking', due: '1970-01-01T00:00:00.001Z' });

/** Mounts a disk of 1 MB. Returns undefined if that is not allowed. */
function smallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = newFolder('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounted.push(folder);
  return folder;
}

const canMount = smallDisk() !== undefined;

/** Appends to thread `t` until that fails. @returns the acknowledged events, and the error */
async function fill(store: Store): Promise<{ events: Event[]; error: unknown }> {
  const events: Event[] = [];
  for (;;) {
    const event = said(`${events.length} ${'x'.repeat(20_000)}`);
    try {
      await store.append('t', events.length, event, thinking);
    } catch (error) {
      return { events, error };
    }
    events.push(event);
  }
}

describe.each(placesOf('file', 'sqlite'))('$name, on a disk of 1 MB', ({ name, missing }) => {
  if (missing !== undefined) return test.skip(missing, () => {});
  if (!canMount) return test.skip('only root on Linux may mount a disk', () => {});

  test('reports a full disk, and appends again when there is room', async () => {
    const disk = smallDisk() ?? '';
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(300_000));
    const address = { name, where: disk, space: 'threads' };
    const store = await openStore(address);
    const { events, error } = await fill(store);
    expect(error).toMatchObject({
      message: expect.stringMatching(/threads.*full|ENOSPC.*threads|is the disk full/),
    });
    expect(error instanceof Refused || Object(error).syscall !== undefined).toBe(true);
    expect(events.length).toBeGreaterThan(3);
    expect(await store.load('t')).toEqual(events);
    expect(await (await openStore(address)).load('t')).toEqual(events);
    rmSync(join(disk, 'ballast'));
    expect(await store.append('t', events.length, said('on'), thinking)).toBe(events.length + 1);
    expect(await (await openStore(address)).load('t')).toEqual([...events, said('on')]);
  });

  test('creates no part of a thread, and all of it when there is room', async () => {
    const disk = smallDisk() ?? '';
    const address = { name, where: disk, space: 'threads' };
    const store = await openStore(address);
    await store.append('t', 0, said('x'), thinking);
    const events = Array.from({ length: 100 }, (_, at) => said(`${at} ${'x'.repeat(20_000)}`));
    const error: unknown = await store.create?.('u', events, thinking).catch((e: unknown) => e);
    expect(error).not.toBeInstanceOf(Conflict);
    expect(error).toMatchObject({ message: expect.stringMatching(/full|ENOSPC/) });
    expect(await (await openStore(address)).list({ limit: 9 })).toMatchObject([{ id: 't' }]);
    const fewer = events.slice(0, 10);
    expect(await store.create?.('u', fewer, thinking)).toBe(10);
    expect(await (await openStore(address)).load('u')).toEqual(fewer);
  });

  test('names the file on a read-only disk, and does not report a conflict', async () => {
    const disk = smallDisk() ?? '';
    const address = { name, where: disk, space: 'threads' };
    const before = await openStore(address);
    await before.append('t', 0, said('x'), thinking);
    await before.close();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const append = async () => (await openStore(address)).append('t', 1, said('y'), thinking);
    const error: unknown = await append().catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(Conflict);
    expect(error).toMatchObject({ message: expect.stringContaining(join(disk, 'threads')) });
    expect(error instanceof Refused || Object(error).syscall !== undefined).toBe(true);
  });
});

describe.each(placesOf('sqlite'))('$name', ({ missing }) => {
  if (missing !== undefined) return test.skip(missing, () => {});

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file that is not a database', (path: string) => writeFileSync(path, 'x'.repeat(5_000))],
  ])('names a path with %s, and does not change it', async (_, make) => {
    const folder = newFolder('odd');
    make(join(folder, 'threads.db'));
    const open = async () => openStore({ name: 'sqlite', where: folder, space: 'threads' });
    await expect(open()).rejects.toThrow(Refused);
    await expect(open()).rejects.toThrow(join(folder, 'threads.db'));
    expect(existsSync(join(folder, 'threads.db-wal'))).toBe(false);
  });
});
