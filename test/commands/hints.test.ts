import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathWithNpm, run } from '../support/cli/run.ts';
import { upstreamLine } from '../support/registry/next-version.ts';
import { add, openShop, repoOf } from '../support/project/installed-repo.ts';

const { update } = openShop();

const tsconfig = (options: object) => ({
  'tsconfig.json': {
    compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, ...options },
    include: ['src'],
  },
});
const without = tsconfig({ types: ['vite/client'] });
const hint = 'tsconfig.json: add "node" to "types": the copied code uses Node.';
const zod = (range: string) => ({
  'package.json': { name: 'shop', type: 'module', dependencies: { zod: range } },
});
const read = (root: string, path: string) => readFile(join(root, path), 'utf8');

describe('a setting to change', () => {
  it.each([
    ['by --dry-run', ['--dry-run']],
    ['at the end', []],
  ])('is told %s, and makes the exit code 2', async (_, flags) => {
    const root = await repoOf(without);
    const { exitCode, stdout } = await run([...add('errors'), ...flags], root);
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining(hint)]);
  });

  it('is in the document of --json', async () => {
    const root = await repoOf(without);
    const { exitCode, stdout } = await run([...add('errors'), '--json'], root);
    expect([exitCode, JSON.parse(stdout)]).toEqual([2, expect.objectContaining({ hints: [hint] })]);
  });

  it.each([
    ['printed', [], hint],
    ['in the document', ['--json'], `"hints"`],
  ])('is %s after an installation that failed, too', async (_, flags, told) => {
    const root = await repoOf({ ...without, 'package.json': { type: 'module' } });
    const env = { PATH: await pathWithNpm('exit 1') };
    const { exitCode, stdout } = await run(['add', 'context', '--yes', ...flags], root, env);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining(told)]);
  });

  it('is a problem for doctor', async () => {
    const root = await repoOf(without);
    await run(add('errors'), root);
    const { exitCode, stdout } = await run(['doctor'], root);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('FAIL')]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(hint);
  });

  it('is not told where there is none, and the exit code is 0', async () => {
    const root = await repoOf();
    const { exitCode, stdout } = await run([...add('errors'), '--json'], root);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ hints: [] })]);
  });
});

it('a package that is installed in another version than the code needs is named', async () => {
  const root = await repoOf({ 'package.json': { type: 'module', overrides: { zod: '3.24.1' } } });
  const install = `mkdir -p node_modules/zod; echo '{"version":"3.24.1"}' > node_modules/zod/package.json`;
  const env = { PATH: await pathWithNpm(install) };
  const { exitCode, stdout } = await run(['add', 'loop', '--yes', '--json'], root, env);
  const document: unknown = JSON.parse(stdout);
  expect([exitCode, document]).toEqual([
    2,
    expect.objectContaining({
      installed: true,
      hints: [expect.stringMatching(/^zod 3\.24\.1 is installed, but the copied code needs \^4/)],
    }),
  ]);
});

describe('in a repo with zod 3.25', () => {
  const tool = 'src/agent/core/tool.ts';

  it('the files import zod/v4, and its range stays', async () => {
    const root = await repoOf(zod('^3.25.76'));
    expect(await run(add('loop'), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await read(root, tool)).toContain("import * as z from 'zod/v4';");
    expect(JSON.parse(await read(root, 'package.json'))).toMatchObject({
      dependencies: { zod: '^3.25.76' },
    });
    const { stdout } = await run(['doctor'], root);
    expect(stdout).not.toMatch(/package\.json has zod|zod .* is installed/);
    const { stdout: mine } = await run(['diff', '--yours'], root);
    expect(mine).toBe('');
  });

  it.each([
    ['an update after the upgrade to zod 4 takes its place', '^3.25.76', '^4.0.0', '', 'zod'],
    ['an edited file keeps zod/v4, which zod 4 has', '^3.25.76', '^4.0.0', '\n//', 'zod/v4'],
    ['an edited file follows back to zod 3', '^4.0.0', '^3.25.76', '\n//', 'zod/v4'],
  ])('%s', async (_, before, after, edited, specifier) => {
    const root = await repoOf(zod(before));
    await run(add('loop'), root);
    const packageJson = (await read(root, 'package.json')).replace(before, after);
    await writeFile(join(root, 'package.json'), packageJson);
    await appendFile(join(root, tool), edited);
    expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
    const updated = await read(root, tool);
    expect(updated).toContain(upstreamLine('core/tool.ts'));
    expect(updated).toContain(`import * as z from '${specifier}';`);
  });
});
