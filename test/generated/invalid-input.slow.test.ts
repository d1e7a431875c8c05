import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../registry/agent/core/event.ts';
import { runStarter, writeStarter, type Ended } from '../support/generated/starter.ts';

let home = '';
beforeAll(async () => void (home = await writeStarter(undefined, 'picture', 'transfer')));
afterAll(() => rm(home, { recursive: true, force: true }));

const project = (): Promise<string> => mkdtemp(join(home, 'project-'));
const run = (cwd: string, ...argv: readonly string[]): Promise<Ended> =>
  runStarter(home, cwd, argv);
const threads = (cwd: string): string => join(cwd, '.agent/threads');

/** A thread that waits for an approval. */
async function waiting() {
  const cwd = await project();
  await run(cwd, 'ship 1.4.2 to production');
  const [name = ''] = await readdir(threads(cwd));
  const file = join(threads(cwd), name);
  const events = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((row): Event => JSON.parse(row).event);
  const last = events.at(-1);
  const call = last?.type === 'tool_call' ? last.call_id : '';
  return { cwd, id: name.replace('.jsonl', ''), call, events, file };
}

/** One line, on stderr, that says `text`; no stack. */
const refused = (text: string): Ended => ({
  code: 1,
  out: expect.any(String),
  err: expect.stringMatching(new RegExp(`^  [^\\n]*${text}[^\\n]*\\n$`)),
});

test('what cannot be done is one line with the next command, and changes nothing', async () => {
  const { cwd, id, call, file } = await waiting();
  const before = await readFile(file);
  const table: readonly (readonly [text: string, ...argv: string[]])[] = [
    ['There is no thread t_no\\.', 'show', 't_no'],
    [`is not waiting: the thread is waiting_for_approval at ${call}`, 'approve', `${id}:0`],
    [`${call} is not waiting: the thread is waiting_for_approval`, 'answer', call, 'yes'],
    ['Usage: npm start "what you want"', ''],
    ['is not a thread', 'show', '\u001b[2J'],
  ];
  for (const [text, ...argv] of table) {
    const ended = await run(cwd, ...argv);
    expect(ended).toEqual(refused(text));
    expect(ended.out + ended.err).not.toContain('\u001b');
  }
  expect(await readFile(file)).toEqual(before);
});

test.each([
  ['a line that is not JSON', (row: string) => row.slice(5)],
  ['a line with an invalid event', () => '{"v":1,"by":"x","index":{"status":"done"},"event":{}}'],
  ['a block of NULs', (row: string) => '\0'.repeat(row.length)],
])(
  'names the file and line of %s in a thread, shows the events before it, and changes nothing',
  async (_, damage) => {
    const { cwd, id, call, file } = await waiting();
    const rows = (await readFile(file, 'utf8')).split('\n');
    const text = rows.map((row, index) => (index === 1 ? damage(row) : row)).join('\n');
    await writeFile(file, text);
    const said = refused(
      `${id}\\.jsonl is damaged at line 2: only the 1 events before it can be read\\.`,
    );
    expect(await run(cwd, 'approve', call)).toEqual(said);
    const shown = await run(cwd, 'show', id);
    expect(shown).toEqual(said);
    expect(shown.out).toContain('ship 1.4.2 to production');
    expect(await run(cwd, 'list')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${id}  damaged`),
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  },
);

test('ignores a last line that a crash cut short, and continues the thread', async () => {
  const { cwd, id, file } = await waiting();
  const whole = await readFile(file, 'utf8');
  await writeFile(file, whole + whole.slice(0, 100));
  expect(await run(cwd, 'say', id, 'ship 1.4.2 to staging')).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse((await run(cwd, 'show', id, '--json')).out).status).toBe('done');
});

test('an empty file is no thread', async () => {
  const cwd = await project();
  await mkdir(threads(cwd), { recursive: true });
  await writeFile(join(threads(cwd), 't_1.jsonl'), '');
  expect(await run(cwd, 'show', 't_1')).toEqual(refused('There is no thread t_1'));
  expect(await run(cwd, 'list')).toMatchObject({
    code: 0,
    out: expect.stringContaining('No threads yet'),
  });
});

describe.skipIf(process.platform === 'win32')('a disk that takes nothing', () => {
  // Root may write anywhere, so root becomes nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};

  test.each([
    ['the project', '.', 'mkdir'],
    ['its threads', '.agent/threads', 'open'],
  ])('%s is not writable', async (_, folder, call) => {
    const cwd = await project();
    await mkdir(threads(cwd), { recursive: true });
    if (folder === '.') await rm(join(cwd, '.agent'), { recursive: true });
    for (const path of [cwd, ...(folder === '.' ? [] : [join(cwd, '.agent'), threads(cwd)])]) {
      if (nobody.uid !== undefined) await chown(path, nobody.uid, nobody.uid);
      await chmod(path, 0o555);
    }
    const ended = await runStarter(home, cwd, ['hello'], nobody);
    await chmod(cwd, 0o755);
    expect(ended).toEqual(refused(`EACCES: permission denied, ${call} '[^']*\\.agent`));
  });

  test('a thread that only somebody else may change can be read', async () => {
    const { cwd, id, file } = await waiting();
    for (const folder of [cwd, join(cwd, '.agent'), threads(cwd)]) await chmod(folder, 0o755);
    await chmod(file, 0o444);
    expect(await runStarter(home, cwd, ['show', id], nobody)).toMatchObject({ code: 0, err: '' });
    expect(await runStarter(home, cwd, ['cancel', id], nobody)).toEqual(
      refused('EACCES: permission denied, open'),
    );
  });

  test('a full disk is one line; once there is room, the thread continues', async () => {
    const { cwd, id, events, file } = await waiting();
    const { length } = await readFile(file);
    const message = `wait ${'x'.repeat(4_000)}`;
    // Room for a part of the next line only: what a full disk does, too.
    const shell = `ulimit -f ${Math.ceil((length + 1) / 512)}; exec "$@"`;
    const full = await runStarter(home, cwd, ['say', id, message], { shell });
    expect(full).toEqual(refused('Only \\d+ of \\d+ bytes could be written: is the disk full\\?'));
    expect(JSON.parse((await run(cwd, 'show', id, '--json')).out).events).toEqual(events);
    const again = await runStarter(home, cwd, ['say', id, message], {
      shell: 'ulimit -f 0; exec "$@"',
    });
    expect(again).toEqual(refused('EFBIG: file too large, write'));
    expect(await run(cwd, 'say', id, 'ship 1.4.2 to staging')).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse((await run(cwd, 'show', id, '--json')).out)).toMatchObject({
      status: 'done',
    });
    expect(await readdir(threads(cwd))).toEqual([`${id}.jsonl`]);
  });
});

test('a picture in a pipe is one SVG and nothing else', async () => {
  const { cwd, id } = await waiting();
  const { code, out, err } = await run(cwd, 'show', id, '--svg');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect(out).toContain('waiting for approval');
});
