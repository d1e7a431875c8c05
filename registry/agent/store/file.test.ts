import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Event } from '../event.ts';
import { storeContract } from './contract.ts';
import { fileStore } from './file.ts';

const root = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, 'store-'));
const said = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at: '2026-01-01T00:00:00.000Z',
});
const thinking = { status: 'thinking' } as const;

storeContract('file', async () => fileStore(join(newFolder(), 'threads')));

test('a thread is a file that a person can read: one line an event', async () => {
  const folder = newFolder();
  await fileStore(folder).append('t', 0, said('hello'), thinking);
  const [line = '', ...rest] = readFileSync(join(folder, 't.jsonl'), 'utf8').split('\n');
  expect(rest).toEqual(['']);
  expect(JSON.parse(line)).toMatchObject({ v: 0, index: thinking, event: said('hello') });
});

test('two stores on one folder see what the other wrote', async () => {
  const folder = newFolder();
  const [one, two] = [fileStore(folder), fileStore(folder)];
  for (let version = 0; version < 20; version++)
    await (version % 2 ? one : two).append('t', version, said(String(version)), thinking);
  expect(await one.load('t')).toEqual(await two.load('t'));
  expect(await one.load('t')).toHaveLength(20);
});

test.each([
  ['in the middle of its line', 10],
  ['just before its end', 1],
])('a line torn %s never counts, and the next one does', async (_, bytes) => {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  await fileStore(folder).append('t', 0, said('whole'), thinking);
  await fileStore(folder).append('t', 1, said('torn'), thinking);
  truncateSync(path, statSync(path).size - bytes);
  const store = fileStore(folder);
  expect(await store.load('t')).toEqual([said('whole')]);
  await store.append('t', 1, said('again'), thinking);
  await store.append('t', 2, said('after'), thinking);
  expect(await fileStore(folder).load('t')).toEqual([said('whole'), said('again'), said('after')]);
});

test('a file that somebody edited by hand goes on, in a process that knew it before', async () => {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  const [one, two] = [fileStore(folder), fileStore(folder)];
  for (const version of [0, 1, 2]) await one.append('t', version, said('a long text that goes'), thinking);
  writeFileSync(path, readFileSync(path, 'utf8').replace('a long text that goes', 'short'));
  await two.append('t', 3, said('by another process, and longer than what went'), thinking);
  expect(await one.append('t', 4, said('and on'), thinking)).toBe(5);
});

test('files that are no threads are passed over', async () => {
  const folder = newFolder();
  await fileStore(folder).append('t', 0, said('a'), thinking);
  for (const name of ['t copy.jsonl', '._t.jsonl', 'notes.txt']) writeFileSync(join(folder, name), 'x');
  expect((await fileStore(folder).list({ limit: 9 })).map(({ id }) => id)).toEqual(['t']);
});

test('of two lines with one version the first counts, wherever the second stands', async () => {
  const folder = newFolder();
  const store = fileStore(folder);
  await store.append('t', 0, said('a'), thinking);
  await store.append('t', 1, said('b'), thinking);
  appendFileSync(
    join(folder, 't.jsonl'),
    `${JSON.stringify({ v: 1, by: 'late', index: { status: 'failed' }, event: said('late') })}\n`,
  );
  expect(await store.load('t')).toEqual([said('a'), said('b')]);
  expect(await store.list({ limit: 1 })).toEqual([{ id: 't', version: 2, status: 'thinking' }]);
  expect(await store.append('t', 2, said('c'), thinking)).toBe(3);
});
