import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Inspection, InspectionRequest } from '../../src/pipeline/doctor/diagnose.ts';
import { inspectAgent } from '../../src/io/inspect-agent.ts';
import { lock } from '../support/pipeline/fixtures.ts';
import { tempFolder } from '../support/project/temp.ts';

/** Creates a repo with these files, inside another folder. */
async function repo(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(await tempFolder(), 'repo');
  for (const [path, text] of Object.entries({ 'package.json': '{}', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const inspect = (
  root: string,
  asked: Partial<InspectionRequest> = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<Inspection> => {
  const request = { packages: [], variables: [], files: [], ...asked };
  return inspectAgent({ root, gitRoot: undefined }, lock(), request, env);
};

it('reads the tools, the policy and nothing else', async () => {
  const files = ['tools.ts', 'policy.ts', 'tools/a.ts', 'tools/more/b.mts'].map(
    (path) => `src/agent/${path}`,
  );
  const others = ['prompt.ts', 'tools/a.test.ts', 'tools/a.d.ts', 'tools/notes.md'].map(
    (path) => `src/agent/${path}`,
  );
  const root = await repo(Object.fromEntries([...files, ...others].map((path) => [path, path])));
  const { sources, folder } = await inspect(root);
  expect(folder).toEqual({ there: true, moved: undefined });
  expect(Object.fromEntries(sources)).toEqual(
    Object.fromEntries(files.map((path) => [path, path])),
  );
});

it('says of variables only which are set, in the environment or in .env', async () => {
  const root = await repo({
    '.env': 'A_KEY="secret # 1"\r\nexport B_KEY=2\nEMPTY=\n# C_KEY=3\nPATH=\n',
  });
  const found = await inspect(root, { variables: ['A_KEY', 'B_KEY', 'C_KEY', 'EMPTY', 'PATH'] });
  expect([...found.set]).toEqual(['A_KEY', 'B_KEY', 'PATH']);
  expect(JSON.stringify(found)).not.toContain('secret');
});

it.each<[string, string | Buffer, readonly string[], boolean]>([
  ['a byte order mark', '\uFEFFA_KEY=1\n', ['A_KEY'], true],
  ['UTF-16', Buffer.from('\uFEFFA_KEY=1\n', 'utf16le'), [], false],
  ['lines of UTF-16', Buffer.from('A_KEY=1\n\0B\0=\0x\0'), [], false],
])('reads a .env with %s as the agent does', async (_, text, set, canReadEnv) => {
  const root = await repo({});
  await writeFile(join(root, '.env'), text);
  const found = await inspect(root, { variables: ['A_KEY'] }, {});
  expect([[...found.set], found.canReadEnv]).toEqual([set, canReadEnv]);
});

it('finds packages as Node does, the nearest first', async () => {
  const root = await repo({
    'node_modules/zod/package.json': '{ "version": "4.6.7" }',
    'node_modules/@scope/one/package.json': '{}',
    '../node_modules/zod/package.json': '{ "version": "3.0.0" }',
    '../node_modules/hono/package.json': '{ "version": "4.1.0" }',
  });
  const packages = ['zod', 'hono', '@scope/one', 'absent-from-everywhere'];
  const { installed } = await inspect(root, { packages });
  expect(installed).toEqual({ zod: '4.6.7', hono: '4.1.0', '@scope/one': '' });
});

it("reads the versions that Plug'n'Play has, without running its code", async () => {
  const packageDependencies = [['zod', 'npm:4.6.7']];
  const root = await repo({
    '../.pnp.cjs': 'process.exit(1);',
    '../.pnp.data.json': JSON.stringify({
      packageRegistryData: [
        ['x', [['workspace:repo', { packageLocation: './repo/', packageDependencies }]]],
      ],
    }),
  });
  const { installed } = await inspect(root, { packages: ['zod', 'absent-from-everywhere'] });
  expect(installed).toEqual({ zod: '4.6.7' });
});

it("does not guess what an unknown form of Plug'n'Play has", async () => {
  const root = await repo({ '../.pnp.cjs': '' });
  const { installed } = await inspect(root, { packages: ['absent-from-everywhere'] });
  expect(installed).toBeUndefined();
});

it.each([{ 'src/agent': 'a file' }, {}])('sees that the folder is not there: %j', async (files) => {
  const { folder, sources } = await inspect(await repo(files));
  expect(folder).toEqual({ there: false, moved: undefined });
  expect([...sources]).toEqual([]);
});
