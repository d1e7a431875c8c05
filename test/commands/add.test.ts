import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { pathWithNpm, run } from '../support/cli/run.ts';
import { config, lock } from '../support/project/installed-repo.ts';
import { differing, gitStatus, newRepo, snapshot } from '../support/project/repos.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { releaseNext } from '../support/registry/next-version.ts';

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');

describe('in a workspace', () => {
  it.each([
    [
      'npm-workspace',
      'packages/bot',
      'For example --cwd packages/bot. Packages: packages/bot, packages/web.',
    ],
    ['pnpm-workspace', 'apps/bot', 'For example --cwd apps/bot. Packages: apps/bot.'],
  ])('the root of an %s is refused, and --cwd works', async (name, at, hint) => {
    const root = await newRepo(name);
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
    const root = await newRepo('npm-workspace', {
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
    const root = await newRepo(name);
    await run(['add', 'loop', '--no-install'], root);
    expect(await read(root, 'src/agent/core/model-turn.ts')).toMatch(
      new RegExp(`from ['"]${specifier}['"]`),
    );
  });
});

describe('the JSON files of the tool', () => {
  const own = [config, lock, '.12-factor/schema.json'];

  it('have the form that prettier gives them, and a change of form is no change', async () => {
    const root = await newRepo('prettier');
    await linkPackages(root);
    const options = await resolveConfig(join(root, 'src/index.ts'));
    await run(['add', 'errors', '--no-install'], root);
    for (const path of own) {
      const text = await read(root, path);
      expect([path, text]).toEqual([path, await format(text, { ...options, filepath: path })]);
      expect(text).toContain('\n\t"');
      await writeFile(join(root, path), JSON.stringify(JSON.parse(text)));
    }
    const before = await snapshot(root);
    const { stdout } = await run(['update', '--no-install'], root);
    expect(stdout).toContain('Everything is up to date.');
    expect(differing(await snapshot(root), before)).toEqual([]);
    expect((await run(['remove', 'errors', '--no-install'], root)).exitCode).toBe(0);
    for (const path of own) await expect(read(root, path)).rejects.toThrow('ENOENT');
  });
});

describe('a component that needs a newer Node', () => {
  it('is refused before anything is written if it is to be wired, and noted if not', async () => {
    const root = await newRepo('esm');
    const add = (node: string, ...args: readonly string[]) =>
      run(['add', ...args, '--no-install'], root, {}, node);
    await add('20.19.0', 'agent');
    const noted = await add('20.19.0', 'store-sqlite');
    expect(noted.stdout).toContain('needs Node 22.13 or later, and this is Node 20.19.0.');
    const before = await read(root, 'src/agent/agent.ts');
    expect(await add('20.19.0', 'store-sqlite', '--use')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('needs Node 22.13 or later, and this is Node 20.19.0.'),
    });
    expect(await read(root, 'src/agent/agent.ts')).toBe(before);
    expect(await add('22.13.0', 'store-sqlite', '--use')).toMatchObject({ exitCode: 0 });
    expect((await run(['doctor'], root, {}, '20.19.0')).stdout).toMatch(
      /FAIL +store-sqlite needs Node 22.13 or later +this is Node 20.19.0/,
    );
  });
});

describe('tests', () => {
  it('are not copied where another runner would find them', async () => {
    const root = await newRepo('esm', {
      'package.json': { type: 'module', devDependencies: { jest: '^30.0.0' } },
    });
    await run(['add', 'agent', 'server', '--no-install'], root);
    expect((await gitStatus(root)).filter((line) => line.includes('.test.'))).toEqual([]);
  });

  it('are not copied where vitest does not look, which is said, and --all-tests copies them', async () => {
    const config = "export default { test: { include: ['tests/**'] } };\n";
    const root = await newRepo('esm', { 'vitest.config.ts': config });
    const { stdout } = await run(['add', 'context', '--no-install'], root);
    expect(stdout).toContain(
      'Left out the components’ tests: vitest.config.ts runs only tests/**.',
    );
    expect(stdout).toContain(
      'To copy all of them: npx create-12-factor-agent@latest update --all-tests',
    );
    const tests = async () => (await gitStatus(root)).filter((line) => line.includes('.test.ts'));
    expect(await tests()).toEqual([]);
    await run(['update', '--all-tests', '--yes', '--no-install'], root);
    expect(await tests()).not.toEqual([]);
  });
});

describe('a slot', () => {
  it('keeps what it holds, says so, and --use fills it anew', async () => {
    const root = await newRepo('esm');
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

it('a runner fills its slot, keeps it, gives it up with --use, and leaves nothing behind', async () => {
  const root = await newRepo('esm');
  const tool = async (...args: readonly string[]) => {
    const ended = await run([...args, '--no-install', '--yes'], root, {}, '22.12.0');
    expect(ended).toMatchObject({ exitCode: 0 });
    return ended.stdout;
  };
  const agent = () => read(root, 'src/agent/agent.ts');
  await run(['add', 'agent', 'server', '--no-install'], root);
  const before = await agent();
  expect(before).not.toContain('unner');
  await tool('add', 'runner-bullmq');
  expect(await agent()).toContain('  runner: bullMqRunner(),\n');
  expect(await tool('add', 'runner-pgboss')).toContain('agent.ts keeps its runner, bullMqRunner()');
  expect(await agent()).not.toContain('pgBoss');
  await tool('add', 'runner-pgboss', '--use');
  expect(await agent()).toContain('  runner: pgBossRunner(),\n');
  expect(await tool('remove', 'runner-pgboss')).toContain('gets another runner: bullMqRunner()');
  await tool('remove', 'runner-bullmq');
  expect(await agent()).toBe(before);
  expect((await gitStatus(root)).filter((line) => line.includes('agent/runner/'))).toEqual([]);
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
      await newRepo('esm'),
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
    expect(await read(root, 'src/agent/core/loop.ts')).toContain('upstream_core_loop_ts');
    expect(await run(['status'], root, env)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('an update that is a merge is a conflict, with a way out', async () => {
    const [env, root, next] = [
      await withoutGit(),
      await newRepo('esm'),
      join(await tempFolder(), 'next'),
    ];
    await releaseNext(next);
    await run(['add', 'errors', '--no-install'], root, env);
    const mine = `${await read(root, 'src/agent/core/errors.ts')}export const mine = true;\n`;
    await writeFile(join(root, 'src/agent/core/errors.ts'), mine);
    const { exitCode, stderr } = await run(['update', '--registry', next], root, env);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('merging needs git: install git'),
    ]);
    expect(await read(root, 'src/agent/core/errors.ts')).toBe(mine);
    const skipped = await run(['update', '--registry', next, '--on-conflict', 'skip'], root, env);
    expect([skipped.exitCode, await read(root, 'src/agent/core/errors.ts')]).toEqual([2, mine]);
    expect((await run(['update', '--registry', next], root, env)).exitCode).toBe(0);
  });
});
