import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Component } from '../../src/pipeline/registry/component.ts';
import { runTestsOf } from '../support/project/batch-checks.ts';
import { pathWithNpm, run } from '../support/cli/run.ts';
import { components, home } from '../support/registry/package.ts';
import {
  commit,
  commitFiles,
  type Files,
  gitStatus,
  type Repo,
  repos,
  writeFiles,
} from '../support/project/repos.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';
import { compile, linkPackages } from '../support/project/toolchain.ts';
import { releaseNext } from '../support/registry/next-version.ts';

/** The repo of a kind, in a folder of its own. */
async function repoOf(name: Repo['name'], more: Files = {}): Promise<string> {
  const repo = repos.find((one) => one.name === name);
  const root = join(await tempFolder(), 'shop');
  await mkdir(root);
  await commitFiles(root, { ...repo?.files, ...more });
  return root;
}

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');

describe('alone in a bare strict repo', () => {
  let folder = '';
  const strict = { extends: join(home, 'templates/base/tsconfig.json'), include: ['src'] };

  // All of them side by side, so that the compiler and the tests start once.
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'alone-')));
    await linkPackages(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(components)('$name is copied', async ({ name, files }) => {
    const root = join(folder, name);
    await writeFiles(root, {
      'package.json': { type: 'module', devDependencies: { vitest: '^4.0.0' } },
      'tsconfig.json': strict,
      'src/index.ts': 'export {};\n',
    });
    const { exitCode, stderr } = await run(['add', name, '--no-install'], root);
    expect([exitCode, stderr]).toEqual([0, '']);
    const copied = await filesUnder(join(root, 'src/agent'));
    expect(copied).toEqual(expect.arrayContaining(files.map(({ to }) => to)));
  });

  it('compiles', async () => {
    expect(await compile(folder, ['*/src'])).toEqual([]);
  });

  it('passes its tests', async () => {
    const tests = ({ files }: Component) =>
      files.filter(({ to }) => to.endsWith('.test.ts')).length;
    const tested = components.filter((component) => tests(component) > 0).map(({ name }) => name);
    const results = await runTestsOf(folder, tested);
    expect(Object.values(results).flatMap(({ failed }) => failed)).toEqual([]);
    expect(tested.filter((name) => results[name]?.passed === 0)).toEqual([]);
  });
});

describe('in a workspace', () => {
  it.each([
    [
      'npm-workspace',
      'packages/bot',
      'For example --cwd packages/bot. Packages: packages/bot, packages/web.',
    ],
    ['pnpm-workspace', 'apps/bot', 'For example --cwd apps/bot. Packages: apps/bot.'],
  ])('the root of an %s is refused, and --cwd works', async (name, at, hint) => {
    const root = await repoOf(name);
    const refused = await run(['add', 'errors', '--no-install'], root);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining(hint)]);
    expect(await gitStatus(root)).toEqual([]);
    expect(await run(['add', 'errors', '--no-install', '--cwd', at], root)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect((await gitStatus(root)).filter((line) => !line.startsWith(`?? ${at}/`))).toEqual([]);
  });

  it('packages are installed by the manager of the workspace, from the package', async () => {
    const root = await repoOf('npm-workspace', {
      'packages/bot/package.json': { name: 'bot', type: 'module' },
    });
    const env = { PATH: await pathWithNpm(`echo "$PWD $*" > ${root}/../ran`) };
    expect(await run(['add', 'context'], join(root, 'packages/bot'), env)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await read(root, '../ran')).toBe(`${root}/packages/bot install\n`);
  });
});

describe('imports', () => {
  it.each([
    ['esm', './errors.js'],
    ['bundler', './errors'],
    ['commonjs', './errors'],
    ['prettier', './errors'],
  ])('in a repo like %s end as its compiler wants them', async (name, specifier) => {
    const root = await repoOf(name);
    await run(['add', 'loop', '--no-install'], root);
    expect(await read(root, 'src/agent/choose.ts')).toMatch(
      new RegExp(`from ['"]${specifier}['"]`),
    );
  });
});

describe('prettier', () => {
  const told = 'Put .12-factor/ and 12-factor.json into .prettierignore';

  it('is to leave our own files alone: that is said once, where nobody said it to prettier', async () => {
    const root = await repoOf('prettier');
    await linkPackages(root);
    expect((await run(['add', 'errors', '--no-install'], root)).stdout).toContain(told);
    expect((await run(['add', 'context', '--no-install'], root)).stdout).not.toContain(told);
  });

  it('knows it where .prettierignore has it', async () => {
    const root = await repoOf('prettier');
    await linkPackages(root);
    await writeFile(join(root, '.prettierignore'), '.12-factor/\n12-factor.json\n');
    expect((await run(['add', 'errors', '--no-install'], root)).stdout).not.toContain(told);
  });
});

describe('a slot', () => {
  it('keeps what it holds, says so, and --use fills it anew', async () => {
    const root = await repoOf('esm');
    await run(['add', 'agent', '--no-install'], root);
    const { stdout } = await run(['add', 'model-anthropic', '--no-install'], root);
    expect(stdout).toContain('agent.ts keeps its model, script, and lists anthropic in models');
    const listed = '  model: script,\n  models: {\n    anthropic: anthropic(),\n  },\n';
    expect(await read(root, 'src/agent/agent.ts')).toContain(listed);
    expect((await run(['add', 'model-anthropic', '--use', '--no-install'], root)).exitCode).toBe(0);
    expect(await read(root, 'src/agent/agent.ts')).toContain('  model: anthropic(),\n  store:');
    expect((await run(['undo'], root)).exitCode).toBe(0);
    expect(await read(root, 'src/agent/agent.ts')).toContain(listed);
  });
});

describe('without git', () => {
  const withoutGit = async () => {
    const path = join(await tempFolder(), 'bin');
    await mkdir(path);
    await symlink(process.execPath, join(path, 'node'));
    return { PATH: path };
  };

  it('add works, and so does an update of what nobody edited', async () => {
    const [env, root, next] = [
      await withoutGit(),
      await repoOf('esm'),
      join(await tempFolder(), 'next'),
    ];
    await releaseNext(next);
    expect(await run(['add', 'agent', '--no-install'], root, env)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await run(['update', '--registry', next], root, env)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await read(root, 'src/agent/loop.ts')).toContain('upstream_loop_ts');
    expect(await run(['status'], root, env)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('an update that is a merge is a conflict, with a way out', async () => {
    const [env, root, next] = [
      await withoutGit(),
      await repoOf('esm'),
      join(await tempFolder(), 'next'),
    ];
    await releaseNext(next);
    await run(['add', 'errors', '--no-install'], root, env);
    const mine = `${await read(root, 'src/agent/errors.ts')}export const mine = true;\n`;
    await writeFile(join(root, 'src/agent/errors.ts'), mine);
    const { exitCode, stderr } = await run(['update', '--registry', next], root, env);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('there is no git to merge them: install git'),
    ]);
    expect(await read(root, 'src/agent/errors.ts')).toBe(mine);
    const skipped = await run(['update', '--registry', next, '--on-conflict', 'skip'], root, env);
    expect([skipped.exitCode, await read(root, 'src/agent/errors.ts')]).toEqual([0, mine]);
    expect((await run(['update', '--registry', next], root, env)).exitCode).toBe(0);
  });
});

describe('in a repo with biome', () => {
  it('what is copied, and merged, is formatted as the rest', async ({ skip }) => {
    const root = await repoOf('bundler', {
      'biome.json': {
        formatter: { indentStyle: 'tab', lineWidth: 120 },
        javascript: { formatter: { semicolons: 'asNeeded' } },
      },
    });
    // It is no dependency of ours.
    const npm = [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--prefix',
      join(root, '..'),
      '@biomejs/biome@2',
    ];
    const fetched = await execa('npm', npm, { reject: false, timeout: 60_000 });
    if (fetched.failed) return skip('npm cannot fetch @biomejs/biome');
    const check = () =>
      execa(join(root, '../node_modules/.bin/biome'), ['format', 'src/agent'], {
        cwd: root,
        reject: false,
        all: true,
      });
    expect(await run(['add', 'agent', '--no-install'], root)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await check()).toMatchObject({ exitCode: 0 });
    expect(await read(root, 'src/agent/loop.ts')).toMatch(/^\tconst me = crypto\.randomUUID\(\)$/m);
    await commit(root, 'add agent');
    const next = join(await tempFolder(), 'next');
    await releaseNext(next);
    await writeFile(
      join(root, 'src/agent/loop.ts'),
      `${await read(root, 'src/agent/loop.ts')}\nexport const mine = true\n`,
    );
    expect(await run(['update', '--no-install', '--registry', next], root)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await read(root, 'src/agent/loop.ts')).toMatch(
      /upstream_loop_ts = true\n[^]*mine = true\n$/,
    );
    expect(await check()).toMatchObject({ exitCode: 0 });
  });
});
