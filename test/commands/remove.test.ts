import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOnly, leaveWork, run, succeed } from '../support/cli/run.ts';
import {
  commit,
  commitFiles,
  differing,
  type Files,
  newRepo,
  snapshot,
  writeFiles,
} from '../support/project/repos.ts';
import { tempFolder } from '../support/project/temp.ts';

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
const add = (...words: readonly string[]) => ['add', ...words, '--no-install'];
const remove = (...words: readonly string[]) => ['remove', ...words, '--no-install'];
const bare = { name: 'shop', private: true, type: 'module' };

/** A repo with these files and components, all committed. */
async function repoWith(names: readonly string[], files: Files = {}): Promise<string> {
  const root = await newRepo('esm', files);
  await succeed(root, ...add(...names));
  await commit(root, 'add');
  return root;
}

async function move(root: string, from: string, to: string): Promise<void> {
  await mkdir(join(root, to, '..'), { recursive: true });
  await rename(join(root, from), join(root, to));
}

const packagesOf = async (root: string) => {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    await read(root, 'package.json'),
  ) as {
    dependencies?: object;
    devDependencies?: object;
  };
  return Object.keys({ ...dependencies, ...devDependencies });
};

it.each([
  ['the example', 'deploy'],
  ['the user', 'restart'],
])('a tool of %s is no component, and its file is named', async (_, name) => {
  const folder = await tempFolder();
  await succeed(folder, 'bot', ...filesOnly);
  const root = join(folder, 'bot');
  await writeFile(join(root, 'src/agent/tools/restart.ts'), 'export {};\n');
  const before = await snapshot(root);
  const { exitCode, stderr } = await run(remove(name), root);
  expect([exitCode, stderr.split('\n')]).toEqual([
    1,
    [
      `${name} is a tool of your project, not a component.`,
      `Delete src/agent/tools/${name}.ts. The type check and the tests then name what used it.`,
    ],
  ]);
  expect(await snapshot(root)).toEqual(before);
});

describe('code that stays and imports what goes', () => {
  const index = {
    'src/index.ts': `import { oneLine } from './agent/core/errors.js';\nexport { oneLine };\n`,
  };
  const told = 'src/index.ts imports src/agent/core/errors.ts, which will be deleted.';

  it('is named before anything is written, and in the document', async () => {
    const root = await repoWith(['errors'], index);
    const before = await snapshot(root);
    expect(await leaveWork(root, 'remove', 'errors', '--dry-run')).toContain(told);
    const document = JSON.parse(
      await leaveWork(root, 'remove', 'errors', '--dry-run', '--json'),
    ) as object;
    expect(document).toMatchObject({
      written: false,
      warnings: expect.arrayContaining([told]) as unknown,
      dangling: [{ path: 'src/index.ts', deleted: 'src/agent/core/errors.ts' }],
    });
    expect(differing(await snapshot(root), before)).toEqual([]);
    expect(await leaveWork(root, ...remove('errors'))).toContain(told);
  });

  it('is found through the tsconfig’s paths', async () => {
    const root = await repoWith(['errors'], {
      'tsconfig.json': {
        compilerOptions: {
          module: 'preserve',
          types: ['node'],
          strict: true,
          paths: { '@/*': ['./src/*'] },
        },
        include: ['src'],
      },
      'src/index.ts': `export { oneLine } from '@/agent/core/errors';\n`,
    });
    expect(await leaveWork(root, ...remove('errors'))).toContain(told);
  });

  it('is not named where nothing is left', async () => {
    expect(await succeed(await repoWith(['agent']), ...remove('agent'))).not.toContain('imports');
  });

  it('is the agent that the user wired by hand', async () => {
    const root = await repoWith(['agent']);
    await succeed(root, ...add('model-anthropic'));
    const text = await read(root, 'src/agent/agent.ts');
    const mine = text
      .replace('model: script,', 'model: anthropic(),')
      .replace(
        /import \{ script \} from '.*';/,
        `import { anthropic } from './model/anthropic.js';`,
      );
    expect(mine).not.toBe(text);
    await writeFile(join(root, 'src/agent/agent.ts'), mine);
    expect(await leaveWork(root, ...remove('model-anthropic'), '--on-conflict', 'skip')).toContain(
      'src/agent/agent.ts imports src/agent/model/anthropic.ts, which will be deleted.',
    );
    expect(await read(root, 'src/agent/agent.ts')).toBe(mine);
  });

  it('is a tool of the template', async () => {
    const folder = await tempFolder();
    await succeed(folder, 'shop', '--yes', '--no-install', '--no-git');
    expect(await leaveWork(join(folder, 'shop'), ...remove('agent', 'terminal'))).toContain(
      'src/agent/tools/deploy.ts imports src/agent/core/tool.ts, which will be deleted.',
    );
  });
});

describe('a package that the user’s own code uses', () => {
  const withoutPackages = { ...bare, devDependencies: { typescript: '^6.0.0', vitest: '^4.0.0' } };

  it.each<[string, string, string, string]>([
    ['in any folder', 'src/build/plan.ts', `import * as z from 'zod';\nexport default z;\n`, 'zod'],
    [
      'for its types',
      'src/files.ts',
      `import fs from 'node:fs';\nexport default fs;\n`,
      '@types/node',
    ],
    [
      'for its types, without an import',
      'src/files.ts',
      `console.log(process.argv);\n`,
      '@types/node',
    ],
  ])('stays: %s', async (_, path, text, name) => {
    const root = await repoWith(['loop'], { 'package.json': withoutPackages });
    expect(await packagesOf(root)).toEqual(expect.arrayContaining(['zod', '@types/node']));
    await writeFiles(root, { [path]: text });
    await succeed(root, ...remove('loop'));
    expect(await packagesOf(root)).toEqual(expect.arrayContaining([name]));
  });

  it('goes with the last of it', async () => {
    const root = await repoWith(['loop'], { 'package.json': withoutPackages });
    const stdout = await succeed(root, ...remove('loop'));
    expect((await packagesOf(root)).toSorted()).toEqual(['typescript', 'vitest']);
    expect(stdout).toContain('package.json changed: npm install');
  });

  it('that the user took out is given again for what is new', async () => {
    const root = await repoWith(['loop'], { 'package.json': withoutPackages });
    await writeFiles(root, { 'package.json': withoutPackages });
    await commit(root, 'mine');
    await succeed(root, ...add('model-anthropic'));
    expect(await packagesOf(root)).toContain('zod');
  });
});

describe('an ignored path', () => {
  it.each([
    ['.env', 'KEY=secret\n'],
    ['.agent/threads/a.jsonl', '{}\n'],
  ])('stays ignored while %s is there', async (path, text) => {
    const root = await repoWith(['agent']);
    await writeFiles(root, { [path]: text });
    await succeed(root, ...remove('agent'));
    const line = path.replace(/\/.*/, '/');
    expect((await read(root, '.gitignore')).split('\n')).toContain(line);
  });

  it('goes where nothing of it is there', async () => {
    const root = await repoWith(['agent']);
    await succeed(root, ...remove('agent'));
    expect((await read(root, '.gitignore')).split('\n')).not.toContain('.env');
  });
});

describe('what was never ours', () => {
  it('is not deleted by force', async () => {
    const mine = 'export const mine = true;\n';
    const root = await newRepo('esm', { 'src/agent/core/errors.ts': mine });
    await leaveWork(root, ...add('errors', '--on-conflict', 'skip'));
    await commit(root, 'add');
    expect(await succeed(root, 'update')).toContain('Everything is up to date.');
    await succeed(root, ...remove('errors', '--force'));
    expect(await read(root, 'src/agent/core/errors.ts')).toBe(mine);
  });
});

describe('a folder that was moved', () => {
  /** A created project whose agent is in src/bot now, as the configuration says. */
  async function movedProject(): Promise<string> {
    const folder = await tempFolder();
    await succeed(folder, 'shop', '--yes', '--no-install', '--no-git');
    const root = join(folder, 'shop');
    await commitFiles(root, {});
    await move(root, 'src/agent', 'src/bot');
    await writeFile(
      join(root, '12-factor.json'),
      (await read(root, '12-factor.json')).replace('src/agent', 'src/bot'),
    );
    await commit(root, 'move');
    return root;
  }

  it('has the template’s own files as well: none is new, or written where it was', async () => {
    const root = await movedProject();
    const before = await snapshot(root);
    const { components } = JSON.parse(await succeed(root, 'status', '--json')) as {
      components: readonly {
        readonly name: string;
        readonly you: string;
        readonly upstream: string;
      }[];
    };
    expect(
      components.filter(({ you, upstream }) => you !== 'as it was' || upstream !== 'as it was'),
    ).toEqual([]);
    const manifest = await read(root, 'package.json');
    await succeed(root, 'update', '--no-install');
    const changed = differing(await snapshot(root), before).filter(
      (path) => !path.startsWith('.12-factor/'),
    );
    expect(changed).toEqual(['package.json']);
    expect(await read(root, 'package.json')).toBe(
      manifest.replace('src/agent/terminal/main.ts', 'src/bot/terminal/main.ts'),
    );
    await succeed(root, ...add('model-anthropic'));
    expect(
      Object.keys(await snapshot(root)).filter((path) => path.startsWith('src/agent/')),
    ).toEqual([]);
  });

  it('is said by undo before anything is taken back', async () => {
    const root = await newRepo('esm');
    await succeed(root, ...add('errors'));
    await move(root, 'src/agent', 'lib/agent');
    const before = await snapshot(root);
    const { exitCode, stderr } = await run(['undo'], root);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^src\/agent does not exist\.\n.*lib\/agent/),
    ]);
    expect(differing(await snapshot(root), before)).toEqual([]);
  });
});
