import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { commit, type Files } from '../support/project/repos.ts';
import { add, errors, expectRefusal, openShop, repoOf } from '../support/project/installed-repo.ts';

const { installedRepo, update } = openShop();
const deep = (levels: number) => `{"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('settings that cannot be followed are named, and nothing is written:', () => {
  const wrongKind =
    'tsconfig.json cannot be read: a setting in it, ' +
    'or in a file that it extends, has the wrong type.';
  const noJson = 'tsconfig.json cannot be read: it is not JSON with comments.';

  it.each<[string, Files, string, string]>([
    [
      'a package.json that is a list',
      { 'package.json': '[]' },
      'package.json is not a JSON object.',
      'Fix it',
    ],
    [
      'one that is nothing',
      { 'package.json': 'null' },
      'package.json is not a JSON object.',
      'Fix it',
    ],
    ['one that is empty', { 'package.json': '' }, 'package.json is not a JSON object.', 'Fix it'],
    [
      'one with a text for dependencies',
      { 'package.json': '{"dependencies":"zod"}' },
      'package.json has a "dependencies" that is not an object.',
      'Fix it',
    ],
    [
      'one with a list of scripts',
      { 'package.json': '{"scripts":[]}' },
      'package.json has a "scripts" that is not an object.',
      'Fix it',
    ],
    [
      'one of 6 MB',
      { 'package.json': `{"a":"${'x'.repeat(6e6)}"}` },
      'package.json is larger than 5 MB.',
      'Fix it',
    ],
    [
      'one without a bottom',
      { 'package.json': deep(1e6) },
      'package.json is nested more than 100 levels deep.',
      'Fix it',
    ],
    [
      'a tsconfig that extends itself',
      { 'tsconfig.json': { extends: './tsconfig.json' } },
      'Circularity',
      'Fix it',
    ],
    [
      'one that extends another that extends it',
      { 'tsconfig.json': { extends: './b.json' }, 'b.json': { extends: './tsconfig.json' } },
      'Circularity',
      'Fix it',
    ],
    ['one that extends a number', { 'tsconfig.json': { extends: 7 } }, wrongKind, 'Fix it'],
    ['one with an include of numbers', { 'tsconfig.json': { include: [5] } }, wrongKind, 'Fix it'],
    [
      'one with references that are no list',
      { 'tsconfig.json': { files: [], references: 'x' } },
      wrongKind,
      'Fix it',
    ],
    [
      'one with references without paths',
      { 'tsconfig.json': { files: [], references: [{ path: 5 }, null] } },
      wrongKind,
      'Fix it',
    ],
    ['one that has no bottom', { 'tsconfig.json': deep(1e5) }, noJson, 'Fix it'],
    [
      'a pnpm-workspace.yaml that is no YAML',
      { 'pnpm-workspace.yaml': '{[' },
      'pnpm-workspace.yaml is not',
      'Fix it',
    ],
  ])('%s', async (_, files, message, hint) => {
    await expectRefusal(await repoOf(files), add('errors'), message, hint);
  });

  it.each(['', './', '[', '**/(', '!'])(
    'workspaces with the glob %j are no matter',
    async (glob) => {
      const root = await repoOf({ 'package.json': { type: 'module', workspaces: [glob] } });
      expect(await run(add('errors'), root)).toMatchObject({
        stderr: expect.not.stringContaining('bug') as unknown,
      });
    },
  );
});

describe('a folder among the pristine copies', () => {
  it('is as good as a copy that is lost', async () => {
    const root = await installedRepo((at) => mkdir(join(at, '.12-factor/base', '0'.repeat(64))));
    for (const args of [['status'], ['diff'], ['doctor'], update()])
      expect(await run(args, root)).toMatchObject({ stderr: '' });
    expect(await readFile(join(root, errors), 'utf8')).toContain('upstream_core_errors_ts');
  });
});

it('a file of ours that nests without a bottom is a finding of doctor, not its end', async () => {
  const root = await repoOf();
  expect((await run(add('agent'), root)).exitCode).toBe(0);
  await writeFile(join(root, 'src/agent/tools.ts'), '('.repeat(100_000));
  await commit(root, 'harm');
  const { exitCode, stdout, stderr } = await run(['doctor'], root);
  expect([exitCode, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/tools\.ts:1.*nests too deep/);
});
