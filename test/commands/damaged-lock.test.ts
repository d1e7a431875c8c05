import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { gitStatus } from '../support/project/repos.ts';
import {
  add,
  appended,
  config,
  edit,
  errors,
  expectRefusal,
  lock,
  openShop,
  repoOf,
  write,
} from '../support/project/installed-repo.ts';

const { installedRepo, update } = openShop();

describe('a lock', () => {
  const newer = edit(lock, (text) => text.replace(/"tool": "[^"]+"/, '"tool": "99.0.0"'));

  it.each([add('context'), update(), ['remove', 'errors']])(
    'of a newer tool is not touched by %s',
    async (...args) => {
      const root = await installedRepo(newer);
      await expectRefusal(root, args, 'was written by 99.0.0', `@latest ${args[0] ?? ''}`);
    },
  );

  it('of a newer tool can be looked at', async () => {
    expect(await run(['status'], await installedRepo(newer))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('written by 99.0.0') as unknown,
    });
  });

  it.each<[string, (text: string) => string, RegExp | string, RegExp | string]>([
    [
      'of a newer format',
      (text) => text.replace('"format": 1', '"format": 2'),
      'newer version',
      '@latest',
    ],
    [
      'with a key of somebody else',
      (text) => text.replace('{', '{ "mine": 1,'),
      /lock\.json.*mine/,
      'git checkout',
    ],
    [
      'with a hostile path',
      (text) => text.replace(errors, '../../errors.ts'),
      /lock\.json.*path/,
      'git checkout',
    ],
    [
      'with a hash that is none',
      (text) => text.replace(/"base": "./, '"base": "../'),
      /lock\.json.*sha256/,
      'git checkout',
    ],
    [
      'with git’s markers',
      (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> x\n`,
      'conflict markers',
      'one side',
    ],
    ['that is not JSON', () => 'nothing\n', 'lock.json is not JSON', 'git checkout'],
    ['that is empty', () => '', 'lock.json is not JSON', 'git checkout'],
    ['that is endless', () => '['.repeat(5_000_000), 'lock.json is not JSON', 'git checkout'],
    ['that is a list', () => '[]', 'lock.json is not valid', 'git checkout'],
  ])('%s is refused by every command', async (_, change, message, hint) => {
    const root = await installedRepo(edit(lock, change));
    for (const args of [
      ['status'],
      update(),
      add('context'),
      ['remove', 'errors'],
      ['diff'],
      ['doctor'],
    ])
      await expectRefusal(root, args, message, hint);
  });

  it('with thousands of files that are not there is read', async () => {
    const root = await installedRepo(
      edit(lock, (text) => {
        const parsed = JSON.parse(text) as { files: Record<string, unknown> };
        for (let n = 0; n < 5000; n++) parsed.files[`src/agent/n${n}.ts`] = parsed.files[errors];
        return JSON.stringify(parsed);
      }),
    );
    expect(await run(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('that claims a file of the user takes nothing of it', async () => {
    const root = await installedRepo(edit(lock, (text) => text.replace(errors, 'src/index.ts')));
    await run(['remove', 'errors'], root);
    expect(await readFile(join(root, 'src/index.ts'), 'utf8')).toBe('export const shop = true;\n');
  });

  it('deleted: add adopts what is as upstream has it', async () => {
    const root = await installedRepo((at) => rm(join(at, lock)));
    const { exitCode, stdout, stderr } = await run(add('errors'), root);
    expect([exitCode, stdout, stderr]).toEqual([
      0,
      expect.stringContaining('git checkout .12-factor/lock.json'),
      '',
    ]);
    expect(await gitStatus(root)).toEqual([`?? ${lock}`]);
  });

  it('deleted: what was edited is a conflict', async () => {
    const root = await installedRepo(async (at) => {
      await rm(join(at, lock));
      await appended(errors)(at);
    });
    await expectRefusal(root, add('errors'), `One file is in conflict: ${errors}`, '--on-conflict');
    await expectRefusal(
      root,
      ['status'],
      'but no .12-factor/lock.json',
      'git checkout .12-factor/lock.json',
    );
  });

  it('changed since the last command: undo takes back nothing', async () => {
    const root = await repoOf();
    await run(add('errors'), root);
    await edit(lock, (text) => text.replace('"tests": false', '"tests": true'))(root);
    await expectRefusal(root, ['undo'], 'lock.json', /./);
  });
});

describe('12-factor.json', () => {
  it.each([
    ['that is not JSON', 'nothing\n'],
    ['that is empty', ''],
    ['that has no dir', '{}'],
    ['that is a list', '[]'],
    ['with a dir that is no text', '{"dir":5}'],
    ['with a key of somebody else', '{"dir":"src/agent","mine":1}'],
  ])('%s is refused', async (_, text) => {
    const root = await installedRepo(write(config, text));
    for (const args of [['status'], add('context')])
      await expectRefusal(root, args, /^12-factor\.json is not /, /./);
  });

  it('deleted is written again', async () => {
    const root = await installedRepo((at) => rm(join(at, config)));
    expect((await run(update(), root)).exitCode).toBe(0);
    expect(await readdir(root)).toContain(config);
  });
});
