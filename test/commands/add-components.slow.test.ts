import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { runTestFiles } from '../support/project/batch-checks.ts';
import { commit, newRepo, writeFiles } from '../support/project/repos.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';
import { compileTogether } from '../support/project/compile-together.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { releaseNext } from '../support/registry/next-version.ts';
import { components, home } from '../support/registry/package.ts';

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

  it.each(components)('$name is copied, with all tests', async ({ name, files }) => {
    const root = join(folder, name);
    await writeFiles(root, {
      'package.json': { type: 'module', devDependencies: { vitest: '^4.0.0' } },
      'tsconfig.json': strict,
      'src/index.ts': 'export {};\n',
    });
    const { exitCode, stderr } = await run(['add', name, '--all-tests', '--no-install'], root);
    expect([exitCode, stderr]).toEqual([0, '']);
    const copied = await filesUnder(join(root, 'src/agent'));
    expect(copied).toEqual(expect.arrayContaining(files.map(({ to }) => to)));
  });

  it('compiles', async () => {
    const together = await tempFolder();
    await linkPackages(together);
    const projects = components.map(({ name }) => join(folder, name));
    expect(await compileTogether(projects, together)).toEqual([]);
  });

  it('passes its tests', { timeout: 600_000 }, async () => {
    const names = components.map(({ name }) => name);
    const expected = await Promise.all(
      names.map(async (name) =>
        (await filesUnder(join(folder, name))).map((path) => `${name}/${path}`),
      ),
    );
    const { passed, failed } = await runTestFiles(
      folder,
      names.map((name) => `${name}/`),
    );
    expect(failed).toEqual([]);
    const tests = expected.flat().filter((path) => path.endsWith('.test.ts'));
    expect(passed.toSorted()).toEqual(tests.toSorted());
  });
});

describe('in a repo with biome', () => {
  it('what is copied, and merged, is formatted as the rest', async ({ skip }) => {
    const root = await newRepo('bundler', {
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
    expect(await read(root, 'src/agent/core/loop.ts')).toMatch(
      /^\tconst runId = crypto\.randomUUID\(\)$/m,
    );
    await commit(root, 'add agent');
    const next = join(await tempFolder(), 'next');
    await releaseNext(next);
    await writeFile(
      join(root, 'src/agent/core/loop.ts'),
      `${await read(root, 'src/agent/core/loop.ts')}\nexport const mine = true\n`,
    );
    expect(await run(['update', '--no-install', '--registry', next], root)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await read(root, 'src/agent/core/loop.ts')).toMatch(
      /upstream_core_loop_ts = true\n[^]*mine = true\n$/,
    );
    expect(await check()).toMatchObject({ exitCode: 0 });
  });
});
