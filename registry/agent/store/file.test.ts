import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { storeContract } from './contract.ts';
import { fileStore } from './file.ts';
import { Damaged } from '../core/store.ts';

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
  for (const version of [0, 1, 2])
    await one.append('t', version, said('a long text that goes'), thinking);
  writeFileSync(path, readFileSync(path, 'utf8').replace('a long text that goes', 'short'));
  await two.append('t', 3, said('by another process, and longer than what went'), thinking);
  expect(await one.append('t', 4, said('and on'), thinking)).toBe(5);
});

test('files that are no threads are passed over', async () => {
  const folder = newFolder();
  await fileStore(folder).append('t', 0, said('a'), thinking);
  for (const name of ['t copy.jsonl', '._t.jsonl', 'notes.txt'])
    writeFileSync(join(folder, name), 'x');
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

/** A file of four events, after `damage` was done to its rows. */
async function damaged(damage: (rows: string[]) => readonly string[]) {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  for (const version of [0, 1, 2, 3])
    await fileStore(folder).append('t', version, said(`event ${version}`), { status: 'thinking' });
  writeFileSync(path, damage(readFileSync(path, 'utf8').split('\n')).join('\n'));
  return { path, bytes: readFileSync(path), store: fileStore(folder) };
}

/** The same rows, but for number `index`. */
const changed = (index: number, change: (row: string) => string) => (rows: string[]) =>
  rows.map((row, at) => (at === index ? change(row) : row));
const without = (field: string) => (row: string) => {
  const { [field]: _, ...event } = JSON.parse(row).event;
  return JSON.stringify({ ...JSON.parse(row), event });
};

test.each([
  ['a line in the middle that is no JSON', changed(1, (row) => row.slice(9)), 2],
  ['a line in the middle that was cut', changed(2, (row) => row.slice(0, -9)), 3],
  ['a last line that is no JSON', changed(3, () => '{"v":3,"by"'), 4],
  ['a line that is a number', changed(1, () => '42'), 2],
  ['a line that is null', changed(1, () => 'null'), 2],
  ['a line without an event', changed(1, () => '{"v":1,"by":"x","index":{"status":"done"}}'), 2],
  ['an event without a type', changed(1, without('type')), 2],
  ['an event without a time', changed(1, without('at')), 2],
  ['an event at no time', changed(1, (row) => row.replace('2026-01-01', 'yesterday')), 2],
  ['a message from nobody', changed(2, without('from')), 3],
  ['a block of NULs in place of a line', changed(1, (row) => '\0'.repeat(row.length)), 2],
  [
    'a block of NULs over the end of a line',
    ([a = '', b = '', c = '', d = '']) => [a, `${'\0'.repeat(b.length)}${c}`, d, ''],
    2,
  ],
  ['a line that is gone', (rows: string[]) => rows.filter((_, index) => index !== 1), 2],
  ['a first line that is no JSON', changed(0, () => 'x'), 1],
])('%s is named, what is whole is kept, and nothing is written', async (_, damage, line) => {
  const { path, bytes, store } = await damaged(damage);
  const error: unknown = await store.load('t').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Damaged);
  expect(error).toMatchObject({
    message: expect.stringContaining(`${path} is damaged at line ${line}: `),
    events: Array.from({ length: line - 1 }, (_, version) => said(`event ${version}`)),
  });
  for (const version of [line - 1, 4])
    await expect(store.append('t', version, said('x'), thinking)).rejects.toThrow(Damaged);
  expect(await store.list({ limit: 9 })).toEqual([
    { id: 't', version: line - 1, status: 'failed' },
  ]);
  expect(readFileSync(path)).toEqual(bytes);
});

test('a line that is mended is a thread again', async () => {
  const { path, store } = await damaged(changed(1, (row) => `${row},`));
  await expect(store.load('t')).rejects.toThrow(Damaged);
  writeFileSync(path, readFileSync(path, 'utf8').replace('},\n', '}\n'));
  expect(await store.load('t')).toHaveLength(4);
  expect(await store.append('t', 4, said('on'), thinking)).toBe(5);
});

test.each([
  ['an empty file', () => [], 0],
  ['empty lines', ([a = '', b = '']: string[]) => ['', a, '', ' ', b, ''], 2],
  ['Windows line ends', (rows: string[]) => rows.map((row) => (row === '' ? row : `${row}\r`)), 4],
  [
    'NULs behind the last line, after a power cut',
    (rows: string[]) => [...rows.slice(0, -1), '\0'.repeat(500)],
    4,
  ],
  [
    'a torn line that another process wrote behind',
    ([a = '', b = '']: string[]) => [a, `${b.slice(0, 40)}${b}`, b, ''],
    2,
  ],
  [
    'the same, and nobody wrote since',
    ([a = '', b = '']: string[]) => [a, `${b.slice(0, 40)}${b}`, ''],
    1,
  ],
  [
    'a type of event that only a later version knows',
    changed(3, (row) => row.replace('"message"', '"teleported"')),
    4,
  ],
])('%s is no damage', async (_, change, whole) => {
  const { store } = await damaged(change);
  expect(await store.load('t')).toHaveLength(whole);
  expect(await store.append('t', whole, said('on'), thinking)).toBe(whole + 1);
  expect((await store.load('t')).at(-1)).toEqual(said('on'));
});

test('a thread whose file is a folder is an error of the system, and says which', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 't.jsonl'));
  await expect(fileStore(folder).load('t')).rejects.toMatchObject({ code: 'EISDIR' });
});
