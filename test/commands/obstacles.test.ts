import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { differing, snapshot } from '../support/project/repos.ts';
import {
  add,
  appended,
  errors,
  expectRefusal,
  openShop,
  repoOf,
} from '../support/project/installed-repo.ts';

const { installedRepo, update } = openShop();

describe('a file of the user in the way', () => {
  const inTheWay = () => repoOf({ [errors]: 'export const mine = true;\n' });

  it('is named, and stays', async () => {
    await expectRefusal(
      await inTheWay(),
      add('errors'),
      `One file is in conflict: ${errors}`,
      /--on-conflict skip/,
    );
  });

  it.each<[string, 0 | 2, (text: string) => void]>([
    ['skip', 2, (text) => expect(text).toBe('export const mine = true;\n')],
    ['overwrite', 0, (text) => expect(text).not.toContain('mine')],
    [
      'markers',
      2,
      (text) =>
        expect(text).toMatch(/^<{7} .*\nexport const mine = true;\n={7}\n[^]*oneLine[^]*>{7} /),
    ],
  ])('--on-conflict %s', async (choice, exitCode, expectText) => {
    const root = await inTheWay();
    const before = await snapshot(root);
    const ran = await run([...add('errors'), '--on-conflict', choice], root);
    expect([ran.exitCode, ran.stderr]).toEqual([exitCode, '']);
    expectText(await readFile(join(root, errors), 'utf8'));
    expect((await run(['undo'], root)).exitCode).toBe(0);
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  const ways = [
    [
      'a folder',
      'core/errors.ts',
      (path: string) => mkdir(path, { recursive: true }),
      'it is not a file',
    ],
    ['a link', 'core/errors.ts', (path: string) => symlink('../../index.ts', path), 'it is a link'],
    [
      'a file that some disks take for it',
      'core/Errors.ts',
      (path: string) => writeFile(path, 'x'),
      'Errors.ts exists',
    ],
  ] as const;

  // Other disks take it for the file itself.
  describe.each(process.platform === 'linux' ? ways : ways.slice(0, 2))(
    'that is %s',
    (_, name, make, why) => {
      it.each([undefined, 'skip', 'overwrite', 'markers'])(
        'is for a person to move, whatever is to win: %s',
        async (wins) => {
          const root = await repoOf({ 'src/agent/core/other.ts': 'export {};\n' });
          await make(join(root, 'src/agent', name));
          const flags = wins === undefined ? [] : ['--on-conflict', wins];
          await expectRefusal(
            root,
            [...add('errors'), ...flags],
            `One file is blocked: ${errors} (${why}`,
            'Move it away',
          );
        },
      );
    },
  );
});

describe('a pristine copy that is lost', () => {
  const lost = async (root: string) => {
    for (const name of await readdir(join(root, '.12-factor/base')))
      await rm(join(root, '.12-factor/base', name));
  };
  const damaged = async (root: string) => {
    for (const name of await readdir(join(root, '.12-factor/base')))
      await writeFile(join(root, '.12-factor/base', name), 'other\n');
  };

  it.each([
    ['lost', lost],
    ['damaged', damaged],
  ])('(%s) of a file that is as it was does not matter', async (_, harm) => {
    const root = await installedRepo(harm);
    expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(root, errors), 'utf8')).toContain('upstream_core_errors_ts');
    expect(await run(['doctor'], root)).toMatchObject({
      stdout: expect.stringContaining('update has what it needs') as unknown,
    });
  });

  it.each([
    ['lost', lost],
    ['damaged', damaged],
  ])('(%s) of an edited file is a conflict', async (_, harm) => {
    const root = await installedRepo(async (at) => {
      await harm(at);
      await appended(errors)(at);
    });
    await expectRefusal(root, update(), 'its base copy is missing', '--on-conflict');
    const { stdout } = await run(['status', '--json'], root);
    expect(JSON.parse(stdout)).toMatchObject({ components: [{ name: 'errors', you: 'edited' }] });
  });
});

describe('a tree that is not committed', () => {
  it.each([update(), ['remove', 'errors']])('is a warning of %s, not a stop', async (...args) => {
    const root = await installedRepo();
    await writeFile(join(root, 'mine.txt'), 'mine');
    expect(await run(args, root)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('This repo has uncommitted changes.') as unknown,
    });
  });

  it('is nothing to add', async () => {
    const root = await installedRepo();
    await writeFile(join(root, 'mine.txt'), 'mine');
    const { exitCode, stdout } = await run(add('context'), root);
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('uncommitted')]);
  });
});

it.each<[string, Buffer]>([
  ['bytes', Buffer.from([0xff, 0xfe, 0, 1, 2, 0xff])],
  ['UTF-16', Buffer.from('\uFEFFexport {};\n', 'utf16le')],
])('a file that is %s counts as edited, not as deleted', async (_, bytes) => {
  const root = await installedRepo();
  await writeFile(join(root, errors), bytes);
  const { stdout } = await run(['status', '--json'], root);
  const { components } = JSON.parse(stdout) as {
    readonly components: readonly { name: string; you: string; edited: readonly string[] }[];
  };
  const found = components.find(({ edited }) => edited.includes(errors));
  expect(found?.you).toBe('edited');
  expect((await run(['diff', '--yours'], root)).stdout).not.toContain('deleted file');
});
