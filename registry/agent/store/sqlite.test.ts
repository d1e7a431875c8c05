import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
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

if (hasSqlite) storeContract('sqlite', async () => sqliteStore(newPath()));

describe.runIf(hasSqlite)('one database', () => {
  test('is shared: what one process appends another sees, and of two at one version one wins', async () => {
    const path = newPath();
    const [one, two] = [sqliteStore(path), sqliteStore(path)];
    await one.append('t', 0, event, index);
    await two.append('t', 1, event, index);
    await expect(one.append('t', 1, event, index)).rejects.toThrow('t is not at 1');
    expect(await one.load('t')).toEqual([event, event]);
  });

  test('is left as it was when an event cannot be written', async () => {
    const store = sqliteStore(newPath());
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    await expect(store.append('t', 0, { ...event, data: endless }, index)).rejects.toThrow(
      'circular',
    );
    expect([await store.load('t'), await store.list({ limit: 9 })]).toEqual([[], []]);
    expect(await store.append('t', 0, event, index)).toBe(1);
  });

  test('of a later version is refused, and not touched', async () => {
    const path = newPath();
    sqliteStore(path).close();
    const { DatabaseSync } = Object(process.getBuiltinModule('node:sqlite'));
    const later = new DatabaseSync(path);
    later.exec('PRAGMA user_version = 9');
    later.close();
    expect(() => sqliteStore(path)).toThrow('was written by a later version');
  });
});

test.skipIf(hasSqlite)(
  'a Node without SQLite is told which one has it, and no file is made',
  () => {
    const path = newPath();
    expect(() => sqliteStore(path)).toThrow(
      /^The SQLite store needs Node 22.13 or later, and this is v20/,
    );
    expect(existsSync(path)).toBe(false);
  },
);
