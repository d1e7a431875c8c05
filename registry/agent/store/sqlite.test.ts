import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { Damaged } from '../core/store.ts';
import { storeContract } from './contract.ts';
import { sqliteStore } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'sqlite-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newPath = () => join(mkdtempSync(join(root, 'store-')), 'deep', 'threads.db');

const event: Event = {
  type: 'message',
  channel: 'test',
  from: 'ada',
  text: 'go',
  at: '2026-01-01T00:00:00.000Z',
};
const index = { status: 'thinking' } as const;
const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

/** Changes a database without the store. */
function execute(path: string, sql: string): void {
  const { DatabaseSync } = Object(process.getBuiltinModule('node:sqlite'));
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

if (hasSqlite) storeContract('sqlite', () => sqliteStore(newPath()));

describe.runIf(hasSqlite)('a database', () => {
  test('is shared: a connection sees the appends of another, and conflicts with them', async () => {
    const path = newPath();
    const [one, two] = [sqliteStore(path), sqliteStore(path)];
    await one.append('t', 0, event, index);
    await two.append('t', 1, event, index);
    await expect(one.append('t', 1, event, index)).rejects.toThrow('t is not at version 1');
    expect(await one.load('t')).toEqual([event, event]);
  });

  test('waits while another program has locked it, and lets other code run', async () => {
    const path = newPath();
    const store = sqliteStore(path);
    await store.append('t', 0, event, index);
    const { DatabaseSync } = Object(process.getBuiltinModule('node:sqlite'));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let longestMs = 0;
    let last = performance.now();
    const clock = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    const appended = Promise.all([
      store.append('t', 1, event, index),
      store.append('u', 0, event, index),
    ]);
    await sleep(1_000);
    expect(await store.version?.('t')).toBe(1);
    other.exec('ROLLBACK');
    expect(await appended).toEqual([2, 1]);
    clearInterval(clock);
    // With SQLite's own wait it is as long as the lock.
    expect(longestMs).toBeLessThan(500);
    other.close();
  });

  test.runIf(process.platform !== 'win32')('is for its owner only', async () => {
    const folder = mkdtempSync(join(root, 'store-'));
    chmodSync(folder, 0o755);
    const stores = ['threads.db', join('deep', 'threads.db')].map((path) =>
      sqliteStore(join(folder, path)),
    );
    await stores[0]?.append('t', 0, event, index);
    const modes = ['', 'threads.db', 'threads.db-wal', 'threads.db-shm', 'deep'].map((name) =>
      (statSync(join(folder, name)).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['755', '600', '600', '600', '700']);
  });

  test('is in memory if its path says so', async () => {
    const store = sqliteStore(':memory:');
    await store.append('t', 0, event, index);
    expect([await store.load('t'), existsSync(':memory:')]).toEqual([[event], false]);
  });

  test('does not change when an event cannot be written', async () => {
    const store = sqliteStore(newPath());
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    await expect(store.append('t', 0, { ...event, data: circular }, index)).rejects.toThrow(
      'circular',
    );
    expect([await store.load('t'), await store.list({ limit: 9 })]).toEqual([[], []]);
    expect(await store.append('t', 0, event, index)).toBe(1);
  });

  test('names an event that cannot be read, and keeps those before it', async () => {
    const path = newPath();
    const store = sqliteStore(path);
    await store.append('t', 0, event, index);
    await store.append('t', 1, event, index);
    execute(path, `UPDATE events SET event = '{"type":' WHERE version = 1`);
    const error: unknown = await store.load('t').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Damaged);
    expect(error).toMatchObject({ message: 'Event 1 of t cannot be read.', events: [event] });
  });

  test('is refused if a later version wrote it', () => {
    const path = newPath();
    sqliteStore(path).close();
    execute(path, 'PRAGMA user_version = 9');
    expect(() => sqliteStore(path)).toThrow('was written by a later version');
  });
});

test.skipIf(hasSqlite)(
  'names the Node version that has SQLite where it is missing, and creates no file',
  () => {
    const path = newPath();
    expect(() => sqliteStore(path)).toThrow(
      /^The SQLite store needs Node 22.13 or later, and this is v20/,
    );
    expect(existsSync(path)).toBe(false);
  },
);
