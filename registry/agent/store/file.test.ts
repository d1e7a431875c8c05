import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { storeContract } from './contract.ts';
import { fileStore } from './file.ts';
import { Damaged } from '../core/store.ts';

const root = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, 'store-'));
const message = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at: '2026-01-01T00:00:00.000Z',
});
const thinking = { status: 'thinking' } as const;

storeContract('file', () => fileStore(join(newFolder(), 'threads')));

test('writes a thread to a file that people can read, one line per event', async () => {
  const folder = newFolder();
  await fileStore(folder).append('t', 0, message('hello'), thinking);
  const [line = '', ...rest] = readFileSync(join(folder, 't.jsonl'), 'utf8').split('\n');
  expect(rest).toEqual(['']);
  expect(JSON.parse(line)).toMatchObject({ v: 0, index: thinking, event: message('hello') });
});

const isPosix = process.platform !== 'win32';
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test.runIf(isPosix)('makes files and folders for their owner only', async () => {
  const parent = newFolder();
  chmodSync(parent, 0o755);
  const folder = join(parent, '.agent', 'threads');
  await fileStore(folder).append('t', 0, message('hello'), thinking);
  const paths = [parent, join(parent, '.agent'), folder, join(folder, 't.jsonl')];
  expect(paths.map(modeOf)).toEqual(['755', '700', '700', '600']);
});

test('shares a folder: two stores see what the other one wrote', async () => {
  const folder = newFolder();
  const [one, two] = [fileStore(folder), fileStore(folder)];
  for (let version = 0; version < 20; version++)
    await (version % 2 ? one : two).append('t', version, message(String(version)), thinking);
  expect(await one.load('t')).toEqual(await two.load('t'));
  expect(await one.load('t')).toHaveLength(20);
});

test.each([
  ['in the middle of its line', 10],
  ['just before its end', 1],
])('ignores a line that was cut %s, and appends after it', async (_, bytes) => {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  await fileStore(folder).append('t', 0, message('whole'), thinking);
  await fileStore(folder).append('t', 1, message('cut'), thinking);
  truncateSync(path, statSync(path).size - bytes);
  const store = fileStore(folder);
  expect(await store.load('t')).toEqual([message('whole')]);
  await store.append('t', 1, message('again'), thinking);
  await store.append('t', 2, message('after'), thinking);
  expect(await fileStore(folder).load('t')).toEqual([
    message('whole'),
    message('again'),
    message('after'),
  ]);
});

test('appends to a file that was edited by hand after it was read', async () => {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  const [one, two] = [fileStore(folder), fileStore(folder)];
  for (const version of [0, 1, 2]) await one.append('t', version, message('a long text'), thinking);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('a long text', 'short'));
  await two.append(
    't',
    3,
    message('by another process, and longer than all that was removed'),
    thinking,
  );
  expect(await one.append('t', 4, message('and on'), thinking)).toBe(5);
});

test('ignores files that are not threads', async () => {
  const folder = newFolder();
  await fileStore(folder).append('t', 0, message('a'), thinking);
  for (const name of ['t copy.jsonl', '._t.jsonl', 'notes.txt'])
    writeFileSync(join(folder, name), 'x');
  expect((await fileStore(folder).list({ limit: 9 })).map(({ id }) => id)).toEqual(['t']);
});

test('counts the first of two lines with one version, wherever the second one is', async () => {
  const folder = newFolder();
  const store = fileStore(folder);
  await store.append('t', 0, message('a'), thinking);
  await store.append('t', 1, message('b'), thinking);
  const late = { v: 1, by: 'late', index: { status: 'failed' }, event: message('late') };
  appendFileSync(join(folder, 't.jsonl'), `${JSON.stringify(late)}\n`);
  expect(await store.load('t')).toEqual([message('a'), message('b')]);
  expect(await store.list({ limit: 1 })).toMatchObject([
    { id: 't', version: 2, status: 'thinking' },
  ]);
  expect(await store.append('t', 2, message('c'), thinking)).toBe(3);
});

/** Makes a file of four events, and changes its rows. */
async function damaged(damage: (rows: string[]) => readonly string[]) {
  const folder = newFolder();
  const path = join(folder, 't.jsonl');
  for (const version of [0, 1, 2, 3])
    await fileStore(folder).append('t', version, message(`event ${version}`), {
      status: 'thinking',
    });
  writeFileSync(path, damage(readFileSync(path, 'utf8').split('\n')).join('\n'));
  return { path, bytes: readFileSync(path), store: fileStore(folder) };
}

/** Changes the row with this index only. */
const changed = (index: number, change: (row: string) => string) => (rows: string[]) =>
  rows.map((row, at) => (at === index ? change(row) : row));
const without = (field: string) => (row: string) => {
  const record = JSON.parse(row) as { event: object };
  const event = { ...record.event, [field]: undefined };
  return JSON.stringify({ ...record, event });
};

test.each([
  ['a line in the middle that is not JSON', changed(1, (row) => row.slice(9)), 2],
  ['a line in the middle that was cut', changed(2, (row) => row.slice(0, -9)), 3],
  ['a last line that is not JSON', changed(3, () => '{"v":3,"by"'), 4],
  ['a line that is a number', changed(1, () => '42'), 2],
  ['a line that is null', changed(1, () => 'null'), 2],
  ['a line without an event', changed(1, () => '{"v":1,"by":"x","index":{"status":"done"}}'), 2],
  ['an event without a type', changed(1, without('type')), 2],
  ['an event without a time', changed(1, without('at')), 2],
  ['an event with an invalid time', changed(1, (row) => row.replace('2026-01-01', 'yesterday')), 2],
  ['a message without a sender', changed(2, without('from')), 3],
  ['a block of NULs in place of a line', changed(1, (row) => '\0'.repeat(row.length)), 2],
  [
    'a block of NULs over the end of a line',
    ([a = '', b = '', c = '', d = '']) => [a, `${'\0'.repeat(b.length)}${c}`, d, ''],
    2,
  ],
  ['a line that is missing', (rows: string[]) => rows.filter((_, index) => index !== 1), 2],
  ['a first line that is not JSON', changed(0, () => 'x'), 1],
])('names %s, returns the events before it, and changes nothing', async (_, damage, line) => {
  const { path, bytes, store } = await damaged(damage);
  const error: unknown = await store.load('t').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Damaged);
  expect(error).toMatchObject({
    message: expect.stringContaining(`${path} is damaged at line ${line}: `),
    events: Array.from({ length: line - 1 }, (_, version) => message(`event ${version}`)),
  });
  for (const version of [line - 1, 4])
    await expect(store.append('t', version, message('x'), thinking)).rejects.toThrow(Damaged);
  expect(await store.list({ limit: 9 })).toMatchObject([
    { id: 't', version: line - 1, status: 'failed' },
  ]);
  expect(readFileSync(path)).toEqual(bytes);
});

test('loads a thread again after its damaged line was fixed', async () => {
  const { path, store } = await damaged(changed(1, (row) => `${row},`));
  await expect(store.load('t')).rejects.toThrow(Damaged);
  writeFileSync(path, readFileSync(path, 'utf8').replace('},\n', '}\n'));
  expect(await store.load('t')).toHaveLength(4);
  expect(await store.append('t', 4, message('on'), thinking)).toBe(5);
});

test.each([
  ['an empty file', () => [], 0],
  ['empty lines', ([a = '', b = '']: string[]) => ['', a, '', ' ', b, ''], 2],
  [
    'Windows line endings',
    (rows: string[]) => rows.map((row) => (row === '' ? row : `${row}\r`)),
    4,
  ],
  [
    'NULs after the last line, as a power cut leaves them',
    (rows: string[]) => [...rows.slice(0, -1), '\0'.repeat(500)],
    4,
  ],
  [
    'a cut line that another process appended to',
    ([a = '', b = '']: string[]) => [a, `${b.slice(0, 40)}${b}`, b, ''],
    2,
  ],
  [
    'a cut line that another process appended to last',
    ([a = '', b = '']: string[]) => [a, `${b.slice(0, 40)}${b}`, ''],
    1,
  ],
  [
    'an event of a type from a later version',
    changed(3, (row) => row.replace('"message"', '"teleported"')),
    4,
  ],
])('does not report %s as damage', async (_, change, whole) => {
  const { store } = await damaged(change);
  expect(await store.load('t')).toHaveLength(whole);
  expect(await store.append('t', whole, message('on'), thinking)).toBe(whole + 1);
  expect((await store.load('t')).slice(-1)[0]).toEqual(message('on'));
});

test.each<[string, (path: string) => void, object]>([
  ['a folder', (path) => mkdirSync(path), { message: expect.stringContaining('is not a file') }],
  ['a link to itself', (path) => symlinkSync(path, path), { code: 'ELOOP' }],
  [
    'a pipe that no process writes to',
    (path) => execFileSync('mkfifo', [path]),
    { message: expect.stringContaining('is not a file') },
  ],
])('%s in place of a file is one failed thread; the others are listed', async (_, make, error) => {
  const folder = newFolder();
  const store = fileStore(folder);
  for (const id of ['a', 'z']) await store.append(id, 0, message('go'), thinking);
  make(join(folder, 't.jsonl'));
  expect(await store.list({ limit: 9 })).toMatchObject([
    { id: 'a', version: 1, status: 'thinking' },
    { id: 't', version: 0, status: 'failed' },
    { id: 'z', version: 1, status: 'thinking' },
  ]);
  await expect(store.load('t')).rejects.toMatchObject(error);
  await expect(store.append('t', 1, message('go'), thinking)).rejects.toMatchObject(error);
});

test('an entry that cannot be read is named in one warning', async () => {
  const warnings: string[] = [];
  const hear = ({ message }: Error) => warnings.push(message);
  process.on('warning', hear);
  const folder = newFolder();
  const store = fileStore(folder);
  mkdirSync(join(folder, 't.jsonl'), { recursive: true });
  for (let n = 0; n < 3; n++) await store.list({ limit: 9 });
  await sleep(1);
  process.off('warning', hear);
  const path = join(folder, 't.jsonl');
  expect(warnings.filter((text) => text.includes(folder))).toEqual([
    `t cannot be read: ${path} is not a file.`,
  ]);
});
