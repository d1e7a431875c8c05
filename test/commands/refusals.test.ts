import { readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { commit, type Files, gitStatus } from '../support/project/repos.ts';
import {
  add,
  appended,
  config,
  edit,
  expectRefusal,
  openShop,
  repoOf,
  write,
} from '../support/project/installed-repo.ts';
import { tempFolder } from '../support/project/temp.ts';

const { installedRepo, update } = openShop();

describe('a repo that components cannot go into', () => {
  it.each<[string, Files, string, string[], RegExp | string, RegExp | string]>([
    [
      'with zod 3',
      { 'package.json': { type: 'module', dependencies: { zod: '^3.23.0' } } },
      'loop',
      [],
      'package.json has zod ^3.23.0, but this needs zod ^4',
      /^Change it first: npm install "zod@\^3\.25/,
    ],
    [
      'with an old TypeScript',
      { 'node_modules/typescript/package.json': { version: '5.4.5' } },
      'errors',
      [],
      'TypeScript 5.4.5 is installed, but the copied code needs 5.6 or later.',
      /^Change it first: npm install "typescript@\^5\.6\.0"/,
    ],
    [
      'without TypeScript',
      { 'tsconfig.json': '' },
      'errors',
      [],
      'There is no tsconfig.json',
      'tsc --init',
    ],
    [
      'that is a workspace',
      {
        'package.json': { workspaces: ['apps/*'] },
        'apps/a/package.json': {},
        'apps/b/package.json': {},
      },
      'errors',
      [],
      'is the root of a workspace: choose one of its packages',
      'For example --cwd apps/a. Packages: apps/a, apps/b.',
    ],
    [
      'that says verbatimModuleSyntax for CommonJS',
      { 'tsconfig.json': { compilerOptions: { module: 'commonjs', verbatimModuleSyntax: true } } },
      'errors',
      [],
      'tsconfig.json has "verbatimModuleSyntax" for CommonJS',
      'Set "verbatimModuleSyntax" to false in tsconfig.json',
    ],
    [
      'whose tsconfig is damaged',
      { 'tsconfig.json': '{' },
      'errors',
      [],
      'tsconfig.json cannot be read',
      'Fix it',
    ],
    ['whose package.json is damaged', { 'package.json': '{' }, 'loop', [], /package\.json/, /./],
  ])('%s is refused', async (_, files, name, flags, message, hint) => {
    const root = await repoOf(files);
    if (files['tsconfig.json'] === '') {
      await rm(join(root, 'tsconfig.json'));
      await commit(root, 'no tsconfig');
    }
    await expectRefusal(root, [...add(name), ...flags], message, hint);
  });

  it('and no repo at all is said', async () => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run(add('errors'), folder);
    expect([exitCode, stderr.split('\n')]).toEqual([
      1,
      [
        `There is no package.json in ${folder} or above it.`,
        'Go to your project, or start one: npm init -y',
      ],
    ]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a name', () => {
  it.each([
    ['with a typo', ['errorz'], 'There is no component "errorz".', 'Did you mean "errors"?'],
    ['with capitals', ['Errors'], 'There is no component "Errors".', 'Did you mean "errors"?'],
    ['that is a path', ['./errors'], 'There is no component "./errors".', 'Did you mean "errors"?'],
    [
      'that leads out',
      ['../../etc/passwd'],
      'There is no component "../../etc/passwd".',
      /^Available: ag-ui, agent, /,
    ],
    [
      'of a prototype',
      ['__proto__'],
      'There is no component "__proto__".',
      /^Available: ag-ui, agent, /,
    ],
    [
      'among good ones',
      ['context', 'nope'],
      'There is no component "nope".',
      /^Available: ag-ui, agent, /,
    ],
  ])('%s is answered with what there is', async (_, names, message, hint) => {
    await expectRefusal(await repoOf(), add(...names), message, hint);
  });

  it('of what is here already is no error', async () => {
    const root = await installedRepo();
    const { exitCode, stdout } = await run(['add', 'errors'], root);
    expect([exitCode, stdout]).toEqual([0, 'errors: already installed\nNothing was changed.']);
    expect(await gitStatus(root)).toEqual([]);
  });

  it.each([
    ['update', 'context', 'context is not installed here.', 'Installed: errors.'],
    ['remove', 'context', 'context is not installed here.', 'Installed: errors.'],
    ['remove', 'erors', 'There is no component "erors".', 'Did you mean "errors"?'],
    [
      'diff',
      'context',
      'context is neither an installed component nor one of its files.',
      'nstalled: errors.',
    ],
  ])('for %s that is not installed (%s) is refused', async (command, name, message, hint) => {
    await expectRefusal(await installedRepo(), [command, name], message, hint);
  });
});

describe('a folder', () => {
  const dirs = [
    '..',
    '/tmp',
    'node_modules/x',
    '.git',
    '.git/hooks',
    'a/../../b',
    '.',
    '.github',
    '',
    'C:\\x',
    'con',
  ];

  it.each(dirs)('--dir %j is refused', async (dir) => {
    await expectRefusal(
      await repoOf(),
      [...add('errors'), '--dir', dir],
      /^--dir cannot be /,
      'for example src/agent',
    );
  });

  it.each(dirs)('%j in 12-factor.json is refused', async (dir) => {
    const root = await installedRepo(write(config, JSON.stringify({ dir, registries: {} })));
    for (const args of [['status'], update()])
      await expectRefusal(root, args, /^12-factor\.json/, /./);
  });

  it('other than the one that is in use is refused', async () => {
    await expectRefusal(
      await installedRepo(),
      [...add('context'), '--dir', 'lib/bot'],
      'Components are in src/agent here',
      'set "dir" in 12-factor.json',
    );
  });

  it.each([[[]], [['--dry-run']]])('that is a link leading out is refused %j', async (flags) => {
    const root = await repoOf();
    const outside = await tempFolder();
    await writeFile(join(outside, 'other.ts'), 'not yours\n');
    await symlink(outside, join(root, 'src/agent'), 'dir');
    await commit(root, 'link');
    await expectRefusal(
      root,
      [...add('errors'), ...flags],
      'src/agent leads to ',
      'Replace the link with a folder',
    );
    expect(await readdir(outside)).toEqual(['other.ts']);
  });

  it('that is a link staying inside is written through', async () => {
    const root = await repoOf({ 'real/keep.ts': 'export {};\n' });
    await symlink('../real', join(root, 'src/agent'), 'dir');
    await commit(root, 'link');
    expect((await run(add('errors'), root)).exitCode).toBe(0);
    expect((await readdir(join(root, 'real/core'))).toSorted()).toEqual([
      'errors.ts',
      'sanitize.ts',
    ]);
    expect(await readdir(join(root, 'real'))).toContain('keep.ts');
    expect((await run(['remove', 'errors'], root)).exitCode).toBe(0);
    expect(await gitStatus(root)).toEqual([]);
  });

  it.each([
    ['status', ['status']],
    ['update', update()],
    ['add', add('context')],
    ['remove', ['remove', 'errors']],
  ])('that the user renamed is named by %s', async (_, args) => {
    const root = await installedRepo((at) => rename(join(at, 'src/agent'), join(at, 'src/bot')));
    if (args[0] !== 'status')
      return expectRefusal(
        root,
        args,
        'src/agent does not exist.',
        /src\/bot.*set "dir".*12-factor\.json/,
      );
    expect((await run(args, root)).stderr).toContain('src/bot');
  });

  it('that the user renamed and set is followed', async () => {
    const root = await installedRepo(async (at) => {
      await rename(join(at, 'src/agent'), join(at, 'src/bot'));
      await edit(config, (text) => text.replace('src/agent', 'src/bot'))(at);
      await appended('src/bot/core/errors.ts')(at);
    });
    expect((await run(update(), root)).exitCode).toBe(0);
    const text = await readFile(join(root, 'src/bot/core/errors.ts'), 'utf8');
    expect(text).toMatch(
      /^export const upstream_core_errors_ts = true;[^]*export const mine = true;\n$/,
    );
    expect((await run(add('context'), root)).exitCode).toBe(0);
    expect(await readdir(join(root, 'src'))).not.toContain('agent');
  });
});
