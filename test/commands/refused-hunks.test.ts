import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, succeed } from '../support/cli/run.ts';
import { repoOf } from '../support/project/installed-repo.ts';
import { commit, differing, snapshot } from '../support/project/repos.ts';
import { type SmallComponent, writeSmallRegistry } from '../support/registry/small-registry.ts';

type Components = Readonly<Record<string, SmallComponent>>;

const path = 'src/agent/core/loop.ts';
const imports = "import { oneLine } from './errors.ts';\n";
const errors = 'export const oneLine = String;\n';
const numbered = Array.from({ length: 30 }, (_, at) => `export const n${at} = oneLine(0);`);
const base = `${imports}${numbered.join('\n')}\n`;

/** A text with other numbers in some lines. */
const withNumbers = (numbers: Readonly<Record<number, number>>, text = base): string =>
  Object.entries(numbers).reduce(
    (all, [at, number]) => all.replace(new RegExp(`(n${at} = oneLine)\\(\\d+\\)`), `$1(${number})`),
    text,
  );

/** The components with this text of the loop. The file that it imports changes with it. */
function version(loop: string, mark = ''): Components {
  return {
    errors: { files: { 'core/errors.ts': `${errors}${mark}` } },
    loop: {
      files: { 'core/loop.ts': loop, 'core/other.ts': `export const other = 1;\n${mark}` },
      requires: ['errors'],
    },
  };
}

const read = (root: string, at = path) => readFile(join(root, at), 'utf8');
/** The text on disk in the form of the registry. */
const loopIn = async (root: string, at = path) => (await read(root, at)).replace('.js', '.ts');
const write = (root: string, text: string, at = path) =>
  writeFile(join(root, at), text.replace('errors.ts', 'errors.js'));
const update = ['update', '--no-install'];
const skip = [...update, '--on-conflict', 'skip'];
const refusedLine = `You refused 1 hunk of upstream: ${path}`;

async function release(root: string, components: Components): Promise<void> {
  await rm(join(root, '../reg'), { recursive: true, force: true });
  await writeSmallRegistry(join(root, '../reg'), components);
}

/** A repo whose user changed lines 5 and 20; then upstream changed lines 5 and 12. */
async function conflicting(harm = (text: string) => text): Promise<string> {
  const root = await repoOf();
  await release(root, version(base));
  await succeed(root, 'add', 'loop', '--no-install', '--registry', '../reg');
  await write(root, harm(withNumbers({ 5: 50, 20: 200 })));
  await commit(root, 'mine');
  await release(root, version(withNumbers({ 5: 51, 12: 121 }), '// news\n'));
  return root;
}

/** The same repo after the user kept their line 5. */
async function refusing(): Promise<string> {
  const root = await conflicting();
  expect((await run(skip, root)).exitCode).toBe(2);
  await commit(root, 'update');
  return root;
}

type Entry = { readonly base: string; readonly taken?: string };
const entriesOf = async (root: string) =>
  (JSON.parse(await read(root, '.12-factor/lock.json')) as { files: Record<string, Entry> }).files;

/** Whether a refused hunk is recorded; every base copy must be in use. */
async function isRecorded(root: string, at = path): Promise<boolean> {
  const entries = await entriesOf(root);
  const used = Object.values(entries).flatMap((one) =>
    one.taken === undefined ? [one.base] : [one.base, one.taken],
  );
  const copies = await readdir(join(root, '.12-factor/base'));
  expect(copies.toSorted()).toEqual([...new Set(used)].toSorted());
  return entries[at]?.taken !== undefined;
}

/** Expects that an update writes nothing. */
async function expectSettled(root: string): Promise<string> {
  const before = await snapshot(root);
  const out = await succeed(root, ...update);
  expect(differing(await snapshot(root), before)).toEqual([]);
  return out;
}

describe('a conflict that is skipped', () => {
  it('keeps the user’s lines in the hunk alone, and exits with 2', async () => {
    const root = await conflicting();
    const before = await snapshot(root);
    const dryRun = await run([...skip, '--dry-run'], root);
    expect(dryRun.stdout).toContain(`Would be refused: 1 hunk of upstream: ${path}`);
    expect(dryRun.stdout).not.toContain('You refused');
    expect([dryRun.exitCode, differing(await snapshot(root), before)]).toEqual([2, []]);
    const { exitCode, stdout } = await run(skip, root);
    expect(exitCode).toBe(2);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 12: 121, 20: 200 }));
    expect(stdout).toMatch(
      /merge +\S+loop\.ts +1 hunk refused: your lines stay, the rest is merged/,
    );
    expect(stdout).toContain(`Written. Without all of upstream’s changes: ${path}`);
    expect(stdout).toContain(refusedLine);
    await succeed(root, 'undo');
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it('names the changed files that belong to the file', async () => {
    const sentence = `${path} keeps your lines; src/agent/core/errors.ts changed with it: check it.`;
    expect((await run(skip, await conflicting())).stdout).toContain(sentence);
    const { stdout } = await run([...skip, '--json', '--dry-run'], await conflicting());
    expect(JSON.parse(stdout)).toMatchObject({
      behind: [{ path, state: 'keeps your lines', changed: ['src/agent/core/errors.ts'] }],
      refused: [{ path, hunks: 1 }],
    });
  });

  it('is as it was in its line endings, its end and its byte order mark', async () => {
    const root = await conflicting((text) => `\uFEFF${text.trimEnd().replaceAll('\n', '\r\n')}`);
    await run(skip, root);
    const text = withNumbers({ 5: 50, 12: 121, 20: 200 }).trimEnd();
    expect(await loopIn(root)).toBe(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(await expectSettled(root)).toContain(refusedLine);
  });
});

it('a conflict that is overwritten keeps the user’s other edits', async () => {
  const root = await conflicting();
  const out = await succeed(root, ...update, '--on-conflict', 'overwrite');
  expect(out).toContain('1 hunk overwritten; your other edits stay');
  expect(await loopIn(root)).toBe(withNumbers({ 5: 51, 12: 121, 20: 200 }));
  expect(await isRecorded(root)).toBe(false);
  // The text counts as edited: the next version is merged into it.
  await release(root, version(withNumbers({ 5: 52, 12: 121 })));
  await succeed(root, ...update);
  expect(await loopIn(root)).toBe(withNumbers({ 5: 52, 12: 121, 20: 200 }));
});

describe('a line that looks like a marker', () => {
  const lines = ['=======', '<<<<<<< HEAD', '<<<<<<< yours', '>>>>>>> upstream'];
  const withLine = (numbers: Readonly<Record<number, number>>, line: string) =>
    withNumbers(numbers).replace('oneLine(5', () => `oneLine(\n${line}\n5`);

  it.each(lines)('leaves the choice by hunk: %s', async (line) => {
    const mine = (numbers: Readonly<Record<number, number>>) => withLine(numbers, line);
    for (const [choice, text] of [
      ['skip', mine({ 5: 50, 12: 121, 20: 200 })],
      ['overwrite', withNumbers({ 5: 51, 12: 121, 20: 200 })],
    ] as const) {
      const root = await conflicting();
      await write(root, mine({ 5: 50, 20: 200 }));
      await run([...update, '--on-conflict', choice], root);
      expect(await loopIn(root)).toBe(text);
    }
  });
});

describe('a whole file that is skipped', () => {
  it('without git gets upstream’s other hunks with the next update that has git', async () => {
    const root = await conflicting();
    const ran = await run(skip, root, { PATH: '/nowhere' });
    expect([ran.exitCode, ran.stdout]).toEqual([2, expect.stringContaining(refusedLine)]);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 20: 200 }));
    expect(await succeed(root, 'status')).toContain('newer');
    expect(await succeed(root, ...update)).toContain(refusedLine);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 12: 121, 20: 200 }));
    expect(await expectSettled(root)).toContain(refusedLine);
  });

  it('without its base copy stays listed until it has upstream’s text', async () => {
    const root = await conflicting();
    const { base: copy = '' } = (await entriesOf(root))[path] ?? {};
    await rm(join(root, '.12-factor/base', copy));
    expect((await run(skip, root)).stdout).toContain(refusedLine);
    expect(await expectSettled(root)).toContain(refusedLine);
    await release(root, version(withNumbers({ 5: 51, 12: 121, 28: 280 })));
    expect(await succeed(root, ...update)).toContain(refusedLine);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 20: 200, 28: 280 }));
    await succeed(root, 'update', 'loop', '--no-install', '--on-conflict', 'overwrite');
    expect(await loopIn(root)).toBe(withNumbers({ 5: 51, 12: 121, 28: 280 }));
    expect(await isRecorded(root)).toBe(false);
  });
});

describe('a refused hunk', () => {
  it('is not asked about again, and stays listed', async () => {
    const root = await refusing();
    expect(await isRecorded(root)).toBe(true);
    const out = await expectSettled(root);
    expect(out).toContain('Everything is up to date.');
    expect(out).toContain(refusedLine);
    const status = await succeed(root, 'status', '--check');
    expect(status).toContain(`1 refused hunk in ${path}`);
    expect(status).not.toContain('all up to date');
    expect((await run(['doctor'], root)).stdout).toContain(`warn  1 refused hunk in ${path}`);
  });

  it('is in the documents of --json', async () => {
    const root = await refusing();
    const [status, diff] = await Promise.all(
      ['status', 'diff'].map(async (name) => JSON.parse(await succeed(root, name, '--json'))),
    );
    expect(status).toMatchObject({
      components: [{ name: 'errors', refused: [] }, { refused: [{ path, hunks: 1 }] }],
    });
    const [{ yours, refused, upstream }] = diff.files;
    const changes = (patch: string) => patch.match(/^[+-]export.*$/gm);
    expect(changes(refused)).toEqual([
      '-export const n5 = oneLine(0);',
      '+export const n5 = oneLine(51);',
    ]);
    expect([changes(yours)?.length, upstream]).toEqual([4, '']);
  });

  it('is left out of the patch of diff, and shown beside it', async () => {
    const { stdout, stderr } = await run(['diff'], await refusing());
    expect(stdout).toBe('');
    expect(stderr).toContain(`${path} is without the hunks that you refused:\n  @@ `);
    expect(stderr).toContain('\n  +export const n5 = oneLine(51);\n');
    expect(stderr).toContain('Upstream has nothing else that is new.');
  });

  it('stays refused while upstream changes other lines', async () => {
    const root = await refusing();
    await release(root, version(withNumbers({ 5: 51, 12: 121, 28: 280 })));
    expect(await succeed(root, ...update)).toContain(refusedLine);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 12: 121, 20: 200, 28: 280 }));
    expect(await isRecorded(root)).toBe(true);
    // A taken hunk is the base from then on: another text of the user there is an edit.
    await write(root, withNumbers({ 5: 50, 12: 122, 20: 200, 28: 280 }));
    expect(await expectSettled(root)).toContain(refusedLine);
  });

  it('is asked about again once upstream changes it', async () => {
    const root = await refusing();
    await release(root, version(withNumbers({ 5: 52, 12: 121 })));
    expect((await run(update, root)).stderr).toContain(`in conflict: ${path}`);
    expect((await run(skip, root)).exitCode).toBe(2);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 12: 121, 20: 200 }));
    expect(await expectSettled(root)).toContain(refusedLine);
  });

  it.each<[string, string]>([
    ['the user has upstream’s line', withNumbers({ 5: 51, 12: 121, 20: 200 })],
    ['the user has all of upstream’s text', withNumbers({ 5: 51, 12: 121 })],
  ])('is forgotten once %s', async (_, text) => {
    const root = await refusing();
    await write(root, text);
    expect(await succeed(root, 'status')).not.toContain('refused');
    expect(await succeed(root, ...update)).not.toContain('refused');
    expect([await loopIn(root), await isRecorded(root)]).toEqual([text, false]);
  });

  it('is taken once the user’s own line is gone', async () => {
    const root = await refusing();
    await write(root, withNumbers({ 12: 121, 20: 200 }));
    expect(await succeed(root, 'status')).toContain('newer');
    expect((await run(['status', '--check'], root)).exitCode).toBe(1);
    await succeed(root, ...update);
    expect(await loopIn(root)).toBe(withNumbers({ 5: 51, 12: 121, 20: 200 }));
    expect(await isRecorded(root)).toBe(false);
  });

  it('is forgotten once upstream has the old line again', async () => {
    const root = await refusing();
    await release(root, version(withNumbers({ 12: 121 })));
    expect(await succeed(root, ...update)).not.toContain('refused');
    expect(await loopIn(root)).toBe(withNumbers({ 5: 50, 12: 121, 20: 200 }));
    expect(await isRecorded(root)).toBe(false);
  });

  it('is taken or marked when its component is named', async () => {
    for (const [choice, exitCode, text] of [
      ['overwrite', 0, /n5 = oneLine\(51\)/],
      ['markers', 2, /<{7} yours\n.*\(50\);\n[^]*\(51\);\n>{7} upstream/],
    ] as const) {
      const root = await refusing();
      const unnamed = await run([...update, '--on-conflict', choice], root);
      expect([unnamed.exitCode, await isRecorded(root)]).toEqual([0, true]);
      const ran = await run(['update', 'loop', '--no-install', '--on-conflict', choice], root);
      expect([ran.exitCode, await isRecorded(root)]).toEqual([exitCode, false]);
      expect(await loopIn(root)).toMatch(text);
      expect(await loopIn(root)).toContain('n20 = oneLine(200)');
    }
  });

  it('stays refused when its component is named without a choice', async () => {
    const root = await refusing();
    expect(await succeed(root, 'update', 'loop', '--no-install')).toContain(refusedLine);
    expect(
      (await run(['update', 'loop', '--no-install', '--on-conflict', 'skip'], root)).exitCode,
    ).toBe(0);
    expect(await isRecorded(root)).toBe(true);
  });

  it('stays known while the file is away', async () => {
    const root = await refusing();
    const text = await read(root);
    await rm(join(root, path));
    await release(root, version(withNumbers({ 5: 51, 12: 121, 28: 280 })));
    const { exitCode, stdout } = await run(update, root);
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining('it stays deleted')]);
    expect(await isRecorded(root)).toBe(true);
    await writeFile(join(root, path), text);
    expect(await succeed(root, ...update)).toContain(refusedLine);
  });

  it('goes with its component', async () => {
    const root = await refusing();
    const { exitCode, stdout } = await run(['remove', 'loop', '--no-install'], root);
    // The file that stays imports one that goes.
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining('which will be deleted')]);
    expect(await loopIn(root)).toContain('n5 = oneLine(50)');
    expect((await readdir(join(root, '.12-factor'))).includes('lock.json')).toBe(false);
  });

  it('follows a file that moves, and one that is folded', async () => {
    const to = 'src/agent/run.ts';
    const text = withNumbers({ 5: 51, 12: 121 }).replace('./errors.ts', './core/errors.ts');
    const other = `export const other = 1;\n// news\n`;
    const { errors: unmoved = {} } = version('', '// news\n');
    const moved = { errors: unmoved, loop: { requires: ['errors'] } };
    for (const [files, renamed] of [
      [{ 'run.ts': text, 'core/other.ts': other }, { 'run.ts': 'core/loop.ts' }],
      [{ 'run.ts': `${text}\n${other}` }, { 'run.ts': ['core/loop.ts', 'core/other.ts'] }],
    ] as const) {
      const root = await refusing();
      await release(root, { ...moved, loop: { ...moved.loop, files, renamed } });
      expect(await succeed(root, ...update)).toContain(`You refused 1 hunk of upstream: ${to}`);
      expect(await loopIn(root, to)).toContain('n5 = oneLine(50)');
      expect(await isRecorded(root, to)).toBe(true);
      expect(await expectSettled(root)).toContain(to);
    }
  });

  it('whose base copy is lost is named by doctor, and forgotten with the next version', async () => {
    const root = await refusing();
    const { taken = '' } = (await entriesOf(root))[path] ?? {};
    await rm(join(root, '.12-factor/base', taken));
    expect((await run(['doctor'], root)).stdout).toContain(`the base copy of ${path}`);
    await expectSettled(root);
    await release(root, version(withNumbers({ 5: 51, 12: 121, 28: 280 })));
    await succeed(root, ...update);
    expect(await isRecorded(root)).toBe(false);
  });
});
