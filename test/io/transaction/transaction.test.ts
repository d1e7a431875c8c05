import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  withRunLock,
  lastTransaction,
  recover,
  transact,
} from '../../../src/io/transaction/transaction.ts';
import type { MergeEdited } from '../../../src/pipeline/decide/merge-edited.ts';
import { undoTransaction as undo } from '../../../src/io/transaction/undo-transaction.ts';
import type { Write } from '../../../src/pipeline/plan/change.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { tempFolder } from '../../support/project/temp.ts';
import { treeOf } from '../../torture/transaction/fault-points.ts';

const { signal } = new AbortController();
const create = (path: string, text = path): Write => ({ path, before: undefined, content: text });
const replace = (path: string, before: string, text: string): Write => ({
  path,
  before: hash(before),
  content: text,
});
const remove = (path: string, before: string): Write => ({
  path,
  before: hash(before),
  content: undefined,
});

/** Creates a folder with these files. */
async function repo(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const commit = (root: string, writes: readonly Write[], command = 'update', some = {}) =>
  withRunLock(root, () => transact(root, command, writes, { signal, ...some }));
const keep = async () => undefined;
const takeBack = (root: string, merge: MergeEdited = keep) =>
  withRunLock(root, () => undo(root, { signal, merge }));

/** Returns the names in `.12-factor/tmp`. */
const left = async (root: string) => readdir(join(root, '.12-factor/tmp')).catch(() => []);

/** Leaves the state of a run that was killed right after the commit point. */
async function interrupt(
  root: string,
  writes: readonly Write[],
  journal = 'journal.json',
): Promise<string> {
  const id = '7-0123abcd';
  const folder = join(root, '.12-factor/tmp', `tx-${id}`);
  for (const name of ['new', 'old']) await mkdir(join(folder, name), { recursive: true });
  const targets = [];
  for (const [n, { path, before, content: text }] of writes.entries()) {
    if (text !== undefined) await writeFile(join(folder, 'new', `${n}`), text);
    if (before !== undefined)
      await writeFile(join(folder, 'old', `${n}`), await readFile(join(root, path)));
    targets.push({ path, before, after: text === undefined ? undefined : hash(String(text)) });
  }
  const all = {
    format: 1,
    id,
    command: 'update',
    at: '2026-01-01T00:00:00.000Z',
    made: [],
    pruned: [],
    targets,
  };
  await writeFile(join(root, '.12-factor/tmp', journal), JSON.stringify(all));
  await writeFile(join(root, '.12-factor/tmp/.gitignore'), '*\n');
  return folder;
}

describe('a transaction', () => {
  const cases: readonly (readonly [
    string,
    Record<string, string>,
    readonly Write[],
    Record<string, string>,
  ])[] = [
    ['writes byte for byte', {}, [create('a.ts', 'a\r\n\u{feff}é')], { 'a.ts': 'a\r\n\u{feff}é' }],
    ['makes folders', {}, [create('a/b/c.ts')], { 'a/b/c.ts': 'a/b/c.ts' }],
    ['replaces', { 'a.ts': '1' }, [replace('a.ts', '1', '2')], { 'a.ts': '2' }],
    ['deletes', { 'a.ts': '1', 'b.ts': '2' }, [remove('a.ts', '1')], { 'b.ts': '2' }],
    [
      'renames by case',
      { 'Loop.ts': '1' },
      [create('loop.ts', '1'), remove('Loop.ts', '1')],
      { 'loop.ts': '1' },
    ],
    [
      'renames a folder by case',
      { 'src/Agent/a.ts': '1' },
      [create('src/agent/a.ts', '1'), remove('src/Agent/a.ts', '1')],
      { 'src/agent/a.ts': '1' },
    ],
    [
      'makes a folder of a file',
      { a: '1' },
      [create('a/b.ts', '2'), remove('a', '1')],
      { 'a/b.ts': '2' },
    ],
    [
      'makes a file of a folder',
      { 'a/b.ts': '1' },
      [create('a', '2'), remove('a/b.ts', '1')],
      { a: '2' },
    ],
    ['empties a file', { 'a.ts': '1' }, [replace('a.ts', '1', '')], { 'a.ts': '' }],
    [
      'writes its own files',
      {},
      [create('.12-factor/lock.json', '{}')],
      { '.12-factor/lock.json': '{}' },
    ],
  ];

  it.each(cases)('%s, and undo and undo again are exact', async (_, before, writes, after) => {
    const root = await repo(before);
    const old = await treeOf(root);
    await commit(root, writes);
    const fresh = await treeOf(root);
    expect(fresh).toBe(await treeOf(await repo(after)));
    expect(await takeBack(root)).toMatchObject({ kept: [] });
    expect(await treeOf(root)).toBe(old);
    await takeBack(root);
    expect(await treeOf(root)).toBe(fresh);
  });

  it('leaves nothing but the record for undo, which git ignores', async () => {
    const root = await repo();
    await commit(root, [create('a.ts')]);
    await commit(root, [create('b.ts')]);
    expect(await left(root)).toEqual(['.gitignore', expect.stringMatching(/^tx-2-/)]);
    expect(await readFile(join(root, '.12-factor/tmp/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('keeps the permissions of what it replaces; new files get the usual ones', async () => {
    const root = await repo({ 'run.sh': '1', 'other.ts': '' });
    await chmod(join(root, 'run.sh'), 0o751);
    await commit(root, [replace('run.sh', '1', '2'), create('a.ts')]);
    expect((await stat(join(root, 'run.sh'))).mode & 0o777).toBe(0o751);
    expect((await stat(join(root, 'a.ts'))).mode).toBe((await stat(join(root, 'other.ts'))).mode);
  });

  it('gives a moved file the permissions that it had', async () => {
    const root = await repo({ 'run.sh': '1' });
    await chmod(join(root, 'run.sh'), 0o751);
    const moved = { ...create('bin/run.sh'), movedFrom: 'run.sh' };
    await commit(root, [moved, remove('run.sh', '1')]);
    expect((await stat(join(root, 'bin/run.sh'))).mode & 0o777).toBe(0o751);
    await takeBack(root);
    expect((await stat(join(root, 'run.sh'))).mode & 0o777).toBe(0o751);
  });

  it('takes folders away that hold nothing any more, and no others', async () => {
    const root = await repo({ 'a/b/c.ts': '1', 'a/keep.ts': '2' });
    await mkdir(join(root, 'a/empty'));
    await commit(root, [remove('a/b/c.ts', '1')]);
    expect((await readdir(join(root, 'a'))).toSorted()).toEqual(['empty', 'keep.ts']);
  });

  it('makes its root, and undo leaves a folder that was there and empty', async () => {
    const root = join(await repo(), 'apps/bot');
    await commit(root, [create('a.ts')], 'create');
    expect(await treeOf(root)).toContain('a.ts');
    const other = await repo();
    await mkdir(join(other, 'tools'));
    await commit(other, [create('tools/a.ts')]);
    await takeBack(other);
    expect(await readdir(join(other, 'tools'))).toEqual([]);
  });

  it('in which nothing changes writes nothing and keeps the record for undo', async () => {
    const root = await repo({ 'a.ts': '1' });
    const nothing = [
      replace('a.ts', '1', '1'),
      { path: 'b.ts', before: undefined, content: undefined },
    ];
    await commit(root, nothing);
    expect(await readdir(root)).toEqual(['a.ts']);
    await commit(root, [create('c.ts')], 'add');
    await commit(root, nothing);
    expect(await lastTransaction(root)).toMatchObject({
      command: 'add',
      files: [{ path: 'c.ts' }],
    });
  });

  it('needs the lock', async () => {
    const root = await repo();
    await expect(transact(root, 'add', [create('a.ts')], { signal })).rejects.toThrow(
      'inside withRunLock',
    );
  });
});

describe('a transaction that may not be', () => {
  type Prepare = (root: string) => Promise<unknown>;
  const cases: readonly (readonly [string, Prepare, readonly Write[], object])[] = [
    [
      'replaces an edited file',
      (root) => writeFile(join(root, 'a.ts'), 'mine'),
      [create('b.ts'), replace('a.ts', '1', '2')],
      { code: 'conflict', message: 'a.ts changed meanwhile.' },
    ],
    [
      'creates over a file',
      (root) => writeFile(join(root, 'a.ts'), 'mine'),
      [create('b.ts'), create('a.ts')],
      { code: 'conflict' },
    ],
    [
      'replaces a file that is gone',
      async () => {},
      [create('b.ts'), replace('a.ts', '1', '2')],
      { code: 'conflict' },
    ],
    [
      'deletes a file that is gone',
      async () => {},
      [create('b.ts'), remove('a.ts', '1')],
      { code: 'conflict' },
    ],
    [
      'writes through a link',
      (root) => symlink('nowhere', join(root, 'a.ts')),
      [create('b.ts'), create('a.ts')],
      { code: 'not-empty', message: 'a.ts is a link.' },
    ],
    [
      'writes over a folder',
      (root) => mkdir(join(root, 'a.ts')),
      [create('b.ts'), create('a.ts')],
      { code: 'not-empty', message: 'a.ts is a folder.' },
    ],
    [
      'has a file for a folder',
      (root) => writeFile(join(root, 'src'), ''),
      [create('b.ts'), create('src/a.ts')],
      { code: 'not-empty', message: 'src is not a folder.' },
    ],
    [
      'leads out by a link',
      async (root) => symlink(await repo(), join(root, 'out')),
      [create('b.ts'), create('out/x/a.ts')],
      { code: 'no-permission' },
    ],
    [
      'leads into git by a link',
      async (root) => {
        await mkdir(join(root, '.git'));
        await symlink('.git', join(root, 'docs'));
      },
      [create('b.ts'), create('docs/hooks/pre-commit')],
      { code: 'no-permission' },
    ],
    [
      'has two names for one file',
      async (root) => {
        await mkdir(join(root, 'src'));
        await symlink('src', join(root, 'lib'));
      },
      [create('src/a.ts'), create('lib/a.ts')],
      { code: 'not-empty' },
    ],
    ...['../a.ts', '/tmp/a.ts', 'a\\b.ts', 'nul', '.git/config', '.12-factor/tmp/lock'].map(
      (path) =>
        [
          `has the path ${path}`,
          async () => {},
          [create('b.ts'), create(path)],
          { message: expect.stringContaining('cannot be written') },
        ] as const,
    ),
    [
      'has paths that collide',
      async () => {},
      [create('a.ts'), create('A.ts')],
      { message: expect.stringContaining('A.ts') },
    ],
  ];

  it.each(cases)('since it %s writes nothing', async (_, prepare, writes, error) => {
    const root = await repo();
    await prepare(root);
    const before = await treeOf(root);
    await expect(commit(root, writes)).rejects.toMatchObject(error);
    expect(await treeOf(root)).toBe(before);
    expect(await readdir(root)).not.toContain('.12-factor');
  });

  it('is refused for a read-only file by name, unless it is to be overwritten', async () => {
    const root = await repo({ 'a.ts': '1', 'b.ts': '1' });
    await chmod(join(root, 'b.ts'), 0o444);
    const writes = [replace('a.ts', '1', '2'), replace('b.ts', '1', '2')];
    await expect(commit(root, writes)).rejects.toMatchObject({ message: 'b.ts is read-only.' });
    await commit(root, writes, 'update', { readOnly: 'overwrite' });
    expect((await lstat(join(root, 'b.ts'))).mode & 0o777).toBe(0o444);
    await takeBack(root);
    expect(await readFile(join(root, 'b.ts'), 'utf8')).toBe('1');
  });

  it.each(['apps/bot', '.'])('since it was cancelled leaves %s as it was', async (dir) => {
    const folder = await repo({ 'apps.txt': '1' });
    const root = join(folder, dir);
    const options = { signal: AbortSignal.abort() };
    await expect(commit(root, [create('a.ts')], 'create', options)).rejects.toMatchObject({
      code: 'cancelled',
      message: 'Cancelled: nothing was written.',
    });
    expect(await readdir(folder)).toEqual(['apps.txt']);
  });

  it('never takes away what somebody else wrote meanwhile', async () => {
    const folder = await repo();
    const root = join(folder, 'apps/bot');
    const cancelled = withRunLock(root, async () => {
      await writeFile(join(folder, 'apps/notes.txt'), 'mine');
      throw new Error('no');
    });
    await expect(cancelled).rejects.toThrow('no');
    expect(await readdir(join(folder, 'apps'))).toEqual(['notes.txt']);
  });

  it('finds its own folder to be a link and leaves what that leads to', async () => {
    const [root, other] = [await repo(), await repo({ 'tmp/tx-1-0123abcd/a.ts': '1' })];
    await symlink(other, join(root, '.12-factor'));
    await expect(commit(root, [create('a.ts')])).rejects.toMatchObject({ code: 'not-empty' });
    expect(await treeOf(other)).toContain('a.ts');
  });

  // Root can write everywhere.
  it.skipIf(process.getuid?.() === 0)('says where it may not write', async () => {
    const root = await repo();
    await chmod(root, 0o555);
    await expect(commit(root, [create('a.ts')])).rejects.toMatchObject({ code: 'no-permission' });
    await chmod(root, 0o755);
  });
});

describe('undo', () => {
  it('keeps and names what was edited since, and can itself be undone', async () => {
    const root = await repo({ 'a.ts': '1', 'b.ts': '1' });
    await commit(root, [
      replace('a.ts', '1', '2'),
      replace('b.ts', '1', '2'),
      create('c.ts'),
      create('d.ts'),
    ]);
    await writeFile(join(root, 'b.ts'), 'mine');
    await rm(join(root, 'd.ts'));
    expect(await takeBack(root)).toMatchObject({
      restored: ['a.ts', 'c.ts'],
      kept: ['b.ts', 'd.ts'],
      unmerged: [{ path: 'b.ts', base: '2', mine: 'mine', theirs: '1' }],
    });
    expect(await treeOf(root)).toBe(await treeOf(await repo({ 'a.ts': '1', 'b.ts': 'mine' })));
    expect(await takeBack(root)).toEqual({
      command: expect.stringMatching(/^undo of /),
      restored: ['a.ts', 'c.ts'],
      merged: [],
      kept: [],
      made: [],
      unmerged: [],
    });
    expect(await treeOf(root)).toBe(
      await treeOf(await repo({ 'a.ts': '2', 'b.ts': 'mine', 'c.ts': 'c.ts' })),
    );
  });

  it('writes what a merge of an edited file gives, and the next one brings back the edit', async () => {
    const root = await repo({ 'a.ts': '1', 'b.ts': '1' });
    await commit(root, [replace('a.ts', '1', '2'), replace('b.ts', '1', '2'), create('c.ts')]);
    await writeFile(join(root, 'a.ts'), '2, mine');
    await writeFile(join(root, 'c.ts'), 'mine');
    const merge: MergeEdited = async ({ mine, base, theirs }) => mine.replace(base, theirs);
    const [restored, merged, kept] = [['b.ts'], ['a.ts'], ['c.ts']];
    expect(await takeBack(root, merge)).toMatchObject({ restored, merged, kept, unmerged: [] });
    const after = { 'a.ts': '1, mine', 'b.ts': '1', 'c.ts': 'mine' };
    expect(await treeOf(root)).toBe(await treeOf(await repo(after)));
    await takeBack(root);
    expect(await readFile(join(root, 'a.ts'), 'utf8')).toBe('2, mine');
  });

  it('keeps an edited file that a record of an earlier version cannot merge', async () => {
    const root = await repo({ 'a.ts': '1' });
    await commit(root, [replace('a.ts', '1', '2')]);
    const [, record = ''] = await left(root);
    await rm(join(root, '.12-factor/tmp', record, 'result'), { recursive: true });
    await writeFile(join(root, 'a.ts'), 'mine');
    const merge: MergeEdited = async () => 'merged';
    expect(await takeBack(root, merge)).toMatchObject({ kept: ['a.ts'], unmerged: [] });
    expect(await readFile(join(root, 'a.ts'), 'utf8')).toBe('mine');
  });

  it('restores permissions, of deleted files too', async () => {
    const root = await repo({ 'a.sh': '1', 'b.sh': '1' });
    for (const name of ['a.sh', 'b.sh']) await chmod(join(root, name), 0o710);
    const before = await treeOf(root);
    await commit(root, [remove('a.sh', '1'), replace('b.sh', '1', '2')]);
    await chmod(join(root, 'b.sh'), 0o600);
    await takeBack(root);
    expect(await treeOf(root)).toBe(before);
  });

  it('restores bytes that are no text', async () => {
    const root = await repo();
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    await writeFile(join(root, 'a.bin'), bytes);
    const { createHash } = await import('node:crypto');
    const before = createHash('sha256').update(bytes).digest('hex');
    await commit(root, [{ path: 'a.bin', before, content: undefined }]);
    await takeBack(root);
    expect(await readFile(join(root, 'a.bin'))).toEqual(bytes);
  });

  it('is refused when there is nothing, and for create', async () => {
    const root = await repo();
    await expect(takeBack(root)).rejects.toMatchObject({ code: 'not-found' });
    await commit(root, [create('a.ts')], 'create');
    await expect(takeBack(root)).rejects.toMatchObject({ code: 'bad-usage' });
  });

  it('tells what the last command did', async () => {
    const root = await repo({ 'a.ts': '1' });
    expect(await lastTransaction(root)).toBeUndefined();
    await commit(root, [remove('a.ts', '1'), create('b.ts', '2')], 'add');
    expect(await lastTransaction(root)).toEqual({
      command: 'add',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      files: [
        { path: 'a.ts', before: hash('1'), after: undefined },
        { path: 'b.ts', before: undefined, after: hash('2') },
      ],
    });
  });
});

describe('after a run was killed', () => {
  const writes = [replace('a.ts', '1', '2'), create('b.ts', '3'), remove('c.ts', '4')];
  const before = { 'a.ts': '1', 'c.ts': '4' };
  const after = { 'a.ts': '2', 'b.ts': '3' };

  it.each([
    ['journal.json', 'finished', after],
    ['rollback.json', 'discarded', before],
    ['tx-7-0123abcd/journal.json', 'discarded', before],
  ])('with %s left it is %s', async (name, recovered, tree) => {
    const root = await repo(before);
    await interrupt(root, writes, name);
    expect(await recover(root)).toBe(recovered);
    expect(await treeOf(root)).toBe(await treeOf(await repo(tree)));
    expect(await recover(root)).toBe('nothing');
    expect(await left(root)).toHaveLength(recovered === 'finished' ? 2 : 0);
  });

  it.each(['a.ts', 'b.ts', 'c.ts'])(
    'a %s that the user changed stops it, until it is gone',
    async (path) => {
      const root = await repo(before);
      await interrupt(root, writes);
      await writeFile(join(root, path), 'mine');
      const tree = await treeOf(root);
      for (const again of [1, 2])
        await expect(recover(root), `${again}`).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining(path),
        });
      expect(await treeOf(root)).toBe(tree);
      await rm(join(root, path));
      expect(await recover(root)).toBe('finished');
      expect(await treeOf(root)).toBe(await treeOf(await repo(after)));
    },
  );

  it('a file that was written and then deleted stays deleted', async () => {
    const root = await repo(before);
    const folder = await interrupt(root, writes);
    await rm(join(folder, 'new/0'));
    await rm(join(root, 'a.ts'));
    expect(await recover(root)).toBe('finished');
    expect(await treeOf(root)).toBe(await treeOf(await repo({ 'b.ts': '3' })));
  });

  it('staged bytes that are not whole are not written', async () => {
    const root = await repo(before);
    const folder = await interrupt(root, writes);
    await writeFile(join(folder, 'new/1'), 'half');
    await expect(recover(root)).rejects.toMatchObject({ code: 'conflict' });
    expect(await treeOf(root)).toBe(await treeOf(await repo(before)));
  });

  it.each(['../out.ts', '.git/hooks/pre-commit', '.GIT/config'])(
    'a journal that came with a repository may not write %s',
    async (path) => {
      const root = await repo();
      await interrupt(root, [create('a.ts')]);
      const journal = join(root, '.12-factor/tmp/journal.json');
      await writeFile(
        journal,
        (await readFile(journal, 'utf8')).replace('"a.ts"', JSON.stringify(path)),
      );
      await expect(recover(root)).rejects.toMatchObject({
        code: 'conflict',
        message: `${journal} is damaged.`,
      });
      expect(await treeOf(root)).toBe('');
    },
  );

  it('bytes that came by way of another disk are cleared away', async () => {
    const root = await repo(before);
    await interrupt(root, writes);
    await writeFile(join(root, '.12-factor-7-0123abcd-1'), 'half');
    await recover(root);
    expect(await treeOf(root)).toBe(await treeOf(await repo(after)));
  });

  it('a half-made root is empty again', async () => {
    const root = await repo();
    await mkdir(join(root, '.12-factor/tmp/tx-1-0123abcd/new'), { recursive: true });
    await writeFile(join(root, '.12-factor/tmp/lock'), JSON.stringify(dead()));
    expect(await recover(root)).toBe('discarded');
    expect(await readdir(root)).toEqual([]);
  });

  it('a folder in which nothing was left is not written', async () => {
    const root = await repo();
    await commit(root, [create('a.ts')]);
    const tmp = join(root, '.12-factor/tmp');
    await utimes(tmp, 0, 0);
    expect([await recover(root), await recover(join(root, 'none'))]).toEqual([
      'nothing',
      'nothing',
    ]);
    expect((await stat(tmp)).mtimeMs).toBe(0);
  });
});

const holder = { token: '0123456789abcdef', pid: process.pid, host: hostname() };
const dead = () => ({ ...holder, pid: 2 ** 22 + 1 });

describe('a folder of our own without anything in it', () => {
  it('is what a run leaves that was killed at its start: the next one removes it', async () => {
    const root = await repo({ 'a.ts': '1' });
    await mkdir(join(root, '.12-factor'));
    expect(await recover(root)).toBe('nothing');
    expect(await readdir(root)).toEqual(['a.ts']);
  });

  it('stays when it holds something', async () => {
    const root = await repo({ 'a.ts': '1', '.12-factor/lock.json': '{}' });
    expect(await recover(root)).toBe('nothing');
    expect((await readdir(root)).toSorted()).toEqual(['.12-factor', 'a.ts']);
  });
});

describe('the lock', () => {
  const lockWith = async (text: string) => {
    const root = await repo({ '.12-factor/tmp/lock': text });
    return { root, lock: join(root, '.12-factor/tmp/lock') };
  };

  it.each([
    ['a live process', holder],
    ['another machine', { ...dead(), host: 'elsewhere' }],
    ['nobody can tell whom', 'no json'],
  ])('of %s is refused, with what to do', async (_, text) => {
    const { root, lock } = await lockWith(JSON.stringify(text));
    await expect(commit(root, [create('a.ts')])).rejects.toMatchObject({
      code: 'busy',
      hint: `Wait until it ends. If it no longer runs, delete ${lock}.`,
    });
    expect(await recover(root)).toBe('nothing');
    expect(await left(root)).toEqual(['lock']);
  });

  it('of a dead process is taken over, also when that died taking one over', async () => {
    const { root, lock } = await lockWith(JSON.stringify(dead()));
    await writeFile(
      `${lock}.${holder.token}`,
      JSON.stringify({ ...dead(), token: 'fedcba9876543210' }),
    );
    await commit(root, [create('a.ts')]);
    expect(await left(root)).toHaveLength(2);
  });

  it.skipIf(process.platform !== 'linux')(
    'of an earlier process with the same number is taken over',
    async () => {
      const { root } = await lockWith(JSON.stringify({ ...holder, started: 'another boot 1' }));
      await commit(root, [create('a.ts')]);
      expect(await treeOf(root)).toContain('a.ts');
    },
  );

  it('is held while the work runs, and given back when that fails', async () => {
    const root = await repo();
    await withRunLock(root, async () => {
      await expect(commit(root, [create('a.ts')])).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringContaining(`process ${process.pid}`),
      });
    });
    await expect(withRunLock(root, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await commit(root, [create('a.ts')]);
    expect(await treeOf(root)).toContain('a.ts');
  });

  it('lets exactly one of many take over from a dead one', async () => {
    const { root } = await lockWith(JSON.stringify(dead()));
    let inside = 0;
    const enter = () =>
      withRunLock(root, async () => {
        inside++;
        expect(inside).toBe(1);
        await new Promise(setImmediate);
        inside--;
        return 'won';
      }).catch((error: { code: string }) => error.code);
    const ends = await Promise.all(Array.from({ length: 20 }, enter));
    expect(ends).toContain('won');
    expect(ends.filter((end) => end !== 'won' && end !== 'busy')).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });
});
