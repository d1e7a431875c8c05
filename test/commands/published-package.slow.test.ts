import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environmentOf, managers } from '../support/cli/package-managers.ts';
import { type NpmRegistry, publish } from '../support/cli/npm-registry.ts';
import { commitFiles, gitStatus, repos } from '../support/project/repos.ts';
import { tempFolder } from '../support/project/temp.ts';
import { type } from '../support/cli/run-line.ts';

let registry: NpmRegistry;
beforeAll(async () => void (registry = await publish()));
afterAll(() => registry.close());

/** An npm that has never been used, and the registry on which we are published. */
async function stranger(): Promise<Record<string, string>> {
  const npm = managers.find(({ name }) => name === 'npm');
  if (!npm) throw new Error('npm is a package manager.');
  return environmentOf(npm, registry.url);
}

it('a stranger makes a project, and it tells its story', async () => {
  const [folder, env] = [await tempFolder(), await stranger()];
  const before = registry.served.length;
  const said = await type('npm create 12-factor-agent@latest my-agent -- --yes', folder, env);
  expect(said).toMatch(/files in my-agent[^]*Installed with npm/);
  const served = registry.served
    .slice(before)
    .map((path) => path.replace(/\d+\.\d+\.\d+/, '<version>'));
  expect(served).toContain('/create-12-factor-agent/-/create-12-factor-agent-<version>.tgz');
  const project = join(folder, 'my-agent');
  const asked = await type('npm start "ship 1.4.2 to production"', project, env);
  expect(asked).toContain('needs your approval');
  const [approve = 'no approval'] = /npm start approve t_\w+:\d+/.exec(asked) ?? [];
  expect(await type(approve, project, env)).toContain('done_for_now');
});

it('a stranger adds the agent to a repository that is there', async () => {
  const [folder, env] = [await tempFolder(), await stranger()];
  const repo = repos.find(({ name }) => name === 'esm');
  await commitFiles(folder, repo?.files ?? {});
  const said = await type('npx --yes create-12-factor-agent@latest add agent --yes', folder, env);
  expect(said).toContain('To undo: npx create-12-factor-agent@latest undo');
  expect(await readdir(join(folder, 'src/agent/core'))).toContain('loop.ts');
  await type('npx create-12-factor-agent@latest undo', folder, env);
  expect(
    (await gitStatus(folder)).filter((line) => !/node_modules|package-lock/.test(line)),
  ).toEqual([]);
});
