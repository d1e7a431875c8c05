import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { environmentOf, type Manager, managers } from '../support/cli/package-managers.ts';
import { type NpmRegistry, publish } from '../support/cli/npm-registry.ts';
import { tempFolder } from '../support/project/temp.ts';
import { type } from '../support/cli/run-line.ts';

let registry: NpmRegistry;
beforeAll(async () => void (registry = await publish()));
afterAll(() => registry.close());

describe.each(managers)('$name', (manager: Manager) => {
  const { program, create, tool, lock } = manager;

  it(
    'makes, installs and runs a project, and is told its own commands',
    { timeout: 600_000 },
    async () => {
      const folder = await tempFolder();
      const env = await environmentOf(manager, registry.url);
      const said = await type(`${create} --model scripted`, folder, env);
      expect(said).toContain(`Installed with ${program} (`);
      expect(said).toContain(`${tool} list`);
      expect(said).toContain(`To repeat: ${tool} my-agent --model scripted --yes`);

      const project = join(folder, 'my-agent');
      const typed = (line: string) => type(line, project, env);
      expect(await typed('git status --porcelain')).toBe('');
      const committed = (await typed('git ls-files')).split('\n');
      expect(committed).toContain(lock);
      expect(committed.filter((path) => /^(\.yarn\/|\.pnp|node_modules)/.test(path))).toEqual([]);

      await typed(`${program} run typecheck`);
      await typed(`${program} run build`);
      // Theirs are quick, but this machine may be busy.
      const further = `${program === 'npm' ? '-- ' : ''}--testTimeout=60000`;
      expect(await typed(`${program} run test ${further}`)).toMatch(/Tests .*passed/);
      const asked = await typed(`${program} run start "ship 1.4.2 to production"`);
      const [approve = 'no approval'] =
        new RegExp(`${program} start approve t_\\w+:\\d+`).exec(asked) ?? [];
      expect(await typed(approve)).toContain('done_for_now');

      // By its own runner, then by what the repo alone tells.
      expect(await typed(`${tool} add model-anthropic --yes`)).toContain(`To undo: ${tool} undo`);
      expect((await run(['undo'], project)).stdout).toContain('Undid add');
      const { stdout } = await run(['add', 'model-anthropic', '--dry-run'], project);
      expect(stdout).toContain(`${tool} add model-anthropic --use`);
      expect((await run(['update', '--dry-run'], project)).exitCode).toBe(0);
      expect(await readFile(join(project, 'README.md'), 'utf8')).toContain(
        program === 'bun' ? 'bun run start' : `${program} start`,
      );
    },
  );
});

it.each<[string, string, string]>([
  ['pnpm', 'pnpm-workspace.yaml', 'packages: ["packages/*"]\n'],
  ['yarn', 'package.json', '{ "name": "shop", "private": true, "workspaces": ["packages/*"] }\n'],
])(
  '%s installs alone in a workspace that does not take the project in',
  async (name, path, text) => {
    const manager = managers.find((one) => one.name === name);
    const folder = await tempFolder();
    await writeFile(join(folder, path), text);
    const env = await environmentOf(manager ?? expect.unreachable(), registry.url);
    await type(manager?.create ?? '', folder, env);
    expect(await readdir(join(folder, 'my-agent'))).toEqual(
      expect.arrayContaining(['node_modules', manager?.lock]),
    );
    expect(await readdir(folder)).not.toContain('node_modules');
  },
);
