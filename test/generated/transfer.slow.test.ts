import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../registry/agent/core/event.ts';
import { recorded } from '../../registry/agent/core/recorded-threads.ts';
import { append, load, type Store, type ThreadIndex } from '../../registry/agent/core/store.ts';
import { exportThreads, importThreads } from '../../registry/agent/store/transfer.ts';
import { runStarter, writeStarter } from '../support/generated/starter.ts';
import { closePlaces, places } from '../support/generated/store-places.ts';

let home = '';
beforeAll(async () => (home = await writeStarter(undefined, 'transfer')));
afterAll(async () => {
  await closePlaces();
  await rm(home, { recursive: true, force: true });
});

const at = '2026-01-01T00:00:00.000Z';
const said = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'o\'hara:%_"ü',
  text,
  at,
});
const odd = [
  said('zwölf 🙂\u2028\r\n\0\ud800"\\'),
  { ...said('y'), data: JSON.parse('{"__proto__":1,"10":2,"9":[]}') },
];

async function linesOf(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportThreads(store, () => {})) lines.push(line);
  return lines;
}

async function* streamed(lines: readonly string[]) {
  yield* lines;
}

async function take(store: Store, lines: readonly string[]): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { kind } of importThreads(store, streamed(lines))) kinds.push(kind);
  return kinds;
}

const here = places.filter(({ missing }) => missing === undefined);
const pairs = here.flatMap((from) => here.map((to) => [from.name, to.name, from, to] as const));

/** Ids in the order of their threads. */
const idOf = (index: number) => `t_${String(index).padStart(2, '0')}`;

const couldRun: readonly string[] = ['ready', 'running', 'waiting_for_result'];

describe('threads move', () => {
  test.each(pairs)(
    'from %s to %s byte for byte, and are found there by the same index',
    async (_, __, from, to) => {
      const [one, other] = [await from.open(), await to.open()];
      const threads = [
        odd,
        ...Object.values(recorded).map(({ events }) =>
          events
            .trim()
            .split(/\n\s*/)
            .map((line): Event => JSON.parse(line)),
        ),
      ];
      for (const [index, events] of threads.entries()) {
        let thread = await load(one, idOf(index));
        for (const event of events) thread = await append(one, thread, event);
      }
      const lines = await linesOf(one);
      expect(lines).toEqual(
        threads.map((events, index) => JSON.stringify({ id: idOf(index), events })),
      );
      expect(await take(other, lines)).toEqual(threads.map(() => 'imported'));
      expect(await take(other, lines)).toEqual(threads.map(() => 'unchanged'));
      const isOpen = ({ status }: ThreadIndex) => couldRun.includes(status);
      const before = await one.list({ limit: 99 });
      const after = await other.list({ limit: 99 });
      expect(before.filter(isOpen).length).toBeGreaterThan(0);
      expect(after.filter(isOpen)).toEqual([]);
      for (const [index, info] of before.entries()) {
        const { events } = await load(other, info.id);
        const own = threads[index] ?? [];
        expect(JSON.stringify(events.slice(0, own.length))).toBe(JSON.stringify(own));
        if (!isOpen(info)) expect(after[index]).toEqual(info);
        // A file must not count as an approval: a person decides about the call.
        else expect(events.slice(own.length).map(({ type }) => type)).toEqual(['handed_over']);
      }
    },
  );
});

const project = async () => mkdtemp(join(home, 'project-'));

/**
 * The starter in a process that may hold little memory, its input and output as files; how it
 * ended, and what it said.
 */
async function piped(cwd: string, word: string, input: string | undefined, output: string) {
  const child = spawn(process.execPath, ['--max-old-space-size=40', join(home, 'start.js'), word], {
    cwd,
  });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const code = new Promise((resolve) => child.on('close', resolve));
  if (input === undefined) child.stdin.end();
  else void pipeline(createReadStream(input), child.stdin);
  await pipeline(child.stdout, createWriteStream(output));
  return { code: await code, err };
}

test('2,000 threads of 200 MB stream through 40 MB of memory', { timeout: 180_000 }, async () => {
  const [from, to] = [await project(), await project()];
  const events = [said('x'.repeat(100_000))];
  const lines = Array.from({ length: 2_000 }, (_, n) =>
    JSON.stringify({ id: `t_${String(n).padStart(5, '0')}`, events }),
  );
  const file = join(from, 'threads.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  expect(await piped(to, 'import', file, join(to, 'said'))).toEqual({ code: 0, err: '' });
  expect(readFileSync(join(to, 'said'), 'utf8')).toContain(
    '2000 imported, 0 continued, 0 already here, 0 refused.',
  );
  expect(await piped(to, 'export', undefined, join(to, 'threads.jsonl'))).toEqual({
    code: 0,
    err: '',
  });
  expect(readFileSync(join(to, 'threads.jsonl')).equals(readFileSync(file))).toBe(true);
});

test('a reader that leaves ends an export quietly', async () => {
  const cwd = await project();
  const lines = Array.from({ length: 200 }, (_, n) =>
    JSON.stringify({ id: `t_${n}`, events: [said('x'.repeat(20_000))] }),
  );
  writeFileSync(join(cwd, 'threads.jsonl'), lines.join('\n'));
  await piped(cwd, 'import', join(cwd, 'threads.jsonl'), join(cwd, 'said'));
  const shell = '"$@" | head -c 100 >head; exit "${PIPESTATUS[0]}"';
  const child = spawn(
    'bash',
    ['-c', shell, 'bash', process.execPath, join(home, 'start.js'), 'export'],
    { cwd },
  );
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(err).toBe('');
  expect(readFileSync(join(cwd, 'head'), 'utf8')).toMatch(/^\{"id":"t_0",/);
});

test('what is refused or damaged is named, the others go on, and the exit code is 1', async () => {
  const cwd = await project();
  const line = (id: string, ...texts: string[]) => JSON.stringify({ id, events: texts.map(said) });
  const into = async (...lines: string[]) => {
    writeFileSync(join(cwd, 'in'), lines.join('\n'));
    const { code, err } = await piped(cwd, 'import', join(cwd, 'in'), join(cwd, 'said'));
    return { code, err, out: readFileSync(join(cwd, 'said'), 'utf8') };
  };
  expect(await into(line('a', '1'), line('b', '1'))).toMatchObject({ code: 0 });
  const { code, err, out } = await into(
    line('a', '1', '2'),
    line('b', 'other'),
    'no',
    line('c', '1'),
  );
  expect(code).toBe(1);
  expect(out).toContain('line 2: b differs from the thread here, from event 0 on.');
  expect(out).toContain('line 3: This is not JSON.');
  expect(err.trim()).toBe('1 imported, 1 continued, 0 already here, 2 refused.');
  writeFileSync(join(cwd, '.agent/threads/b.jsonl'), 'x\ny\n');
  const exported = await runStarter(home, cwd, ['export']);
  expect(exported.code).toBe(1);
  expect(exported.out.trim().split('\n')).toEqual([line('a', '1', '2'), line('c', '1')]);
  expect(exported.err).toMatch(/b\.jsonl is damaged at line 1: /);
});
