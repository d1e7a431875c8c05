import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/io/run-program.ts';
import { isDirty } from '../../src/io/git.ts';
import { inspectRepo, type RepoOptions } from '../../src/io/inspect-repo.ts';
import type { Repo } from '../../src/pipeline/repo/repo.ts';
import { tempFolder } from '../support/project/temp.ts';

type Files = Readonly<Record<string, unknown>>;
type Case = { readonly files: Files; readonly cwd?: string } & Partial<RepoOptions>;

/** Writes files. A value that is not text is JSON, and a path that ends in a slash is a folder. */
async function build(files: Files): Promise<string> {
  const top = await tempFolder();
  for (const [path, content] of Object.entries({ '.git/': '', ...files })) {
    await mkdir(path.endsWith('/') ? join(top, path) : dirname(join(top, path)), {
      recursive: true,
    });
    if (path.endsWith('/')) continue;
    await writeFile(
      join(top, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  return top;
}

async function inspect({
  files,
  cwd = '.',
  pm,
  dir,
}: Case): Promise<Repo & { readonly top: string }> {
  const top = await build(files);
  return {
    top,
    ...(await inspectRepo(join(top, cwd), { pm, dir, userAgent: undefined, node: '24.0.0' })),
  };
}

const esm = { type: 'module' };
const node = { compilerOptions: { module: 'nodenext', target: 'es2023', types: ['node'] } };
const bundled = {
  compilerOptions: {
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2023',
    types: ['node'],
  },
};
const own = { 'package.json': esm, 'tsconfig.json': node };
const noEmit = { compilerOptions: { ...node.compilerOptions, noEmit: true } };
const emitting = (...exclude: readonly string[]) => ({
  compilerOptions: { ...node.compilerOptions, outDir: 'dist' },
  exclude,
});
const withVitest = (scripts: object = {}, tsconfig: object = node) => ({
  'package.json': { ...esm, scripts, devDependencies: { vitest: '^4.0.0' } },
  'tsconfig.json': tsconfig,
});
const installed = (name: string, version = '1.0.0') => ({
  [`node_modules/${name}/package.json`]: { name, version },
});

it.each<[string, Case, Partial<Repo>]>([
  [
    'a plain repo',
    { files: own },
    {
      specifiers: '.js',
      moduleFormat: 'esm',
      dir: 'agent',
      manager: 'npm',
      notes: [],
      packages: [],
    },
  ],
  ['a repo with src', { files: { ...own, 'src/': '' } }, { dir: 'src/agent' }],
  ['a wished folder', { files: own, dir: 'lib/bot' }, { dir: 'lib/bot' }],
  [
    'a folder within',
    { files: { ...own, 'src/deep/': '' }, cwd: 'src/deep' },
    { dir: 'src/agent' },
  ],
  [
    'CommonJS',
    { files: { ...own, 'package.json': {} } },
    { moduleFormat: 'commonjs', specifiers: '.js' },
  ],
  [
    'comments in the tsconfig',
    {
      files: {
        ...own,
        'tsconfig.json': '\uFEFF{ // yes\n "compilerOptions": { "module": "preserve", }, }',
      },
    },
    { specifiers: '' },
  ],
  [
    'extends',
    { files: { ...own, 'tsconfig.json': { extends: './base.json' }, 'base.json': bundled } },
    { specifiers: '' },
  ],
  [
    'extends of many, the last wins',
    {
      files: {
        ...own,
        'tsconfig.json': { extends: ['./a.json', './b.json'] },
        'a.json': node,
        'b.json': bundled,
      },
    },
    { specifiers: '' },
  ],
  [
    'extends of a package',
    {
      files: {
        ...own,
        'tsconfig.json': { extends: '@tsconfig/node22' },
        'node_modules/@tsconfig/node22/package.json': {},
        'node_modules/@tsconfig/node22/tsconfig.json': node,
      },
    },
    { specifiers: '.js' },
  ],
  [
    'references: the one that takes the folder in',
    {
      files: {
        ...own,
        'src/': '',
        'tsconfig.json': {
          files: [],
          references: [{ path: './tsconfig.node.json' }, { path: './tsconfig.app.json' }],
        },
        'tsconfig.node.json': { ...node, include: ['vite.config.ts'] },
        'tsconfig.app.json': {
          compilerOptions: {
            ...bundled.compilerOptions,
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          include: ['src'],
        },
      },
    },
    { specifiers: '.ts' },
  ],
  [
    'references that name folders, none of which takes it in: the first',
    {
      files: {
        ...own,
        'tsconfig.json': { files: [], references: [{ path: 'one' }, { path: 'two' }] },
        'one/tsconfig.json': bundled,
        'two/tsconfig.json': node,
      },
    },
    { specifiers: '' },
  ],
  [
    'a tsconfig with references that takes the folder in itself',
    {
      files: {
        ...own,
        'src/': '',
        'tsconfig.json': { ...bundled, include: ['src'], references: [{ path: './gone.json' }] },
      },
    },
    { specifiers: '' },
  ],
  [
    'the tsconfig nearest to the folder',
    { files: { ...own, 'src/tsconfig.json': bundled } },
    { specifiers: '' },
  ],
  [
    'a package without a tsconfig: the nearest above',
    { files: { 'tsconfig.json': bundled, 'packages/api/package.json': esm }, cwd: 'packages/api' },
    { specifiers: '' },
  ],
  [
    'TypeScript 5 as it is installed',
    {
      files: {
        'package.json': {},
        'tsconfig.json': { compilerOptions: {} },
        ...installed('typescript', '5.9.3'),
      },
    },
    { moduleFormat: 'commonjs' },
  ],
  [
    'TypeScript 6 as package.json asks',
    {
      files: { 'package.json': { devDependencies: { typescript: '^6.0.0' } }, 'tsconfig.json': {} },
    },
    { moduleFormat: 'esm', specifiers: '' },
  ],
  ['a lock file', { files: { ...own, 'pnpm-lock.yaml': '' } }, { manager: 'pnpm' }],
  [
    "a lock file at git's root",
    { files: { 'yarn.lock': '', 'api/package.json': esm, 'api/tsconfig.json': node }, cwd: 'api' },
    { manager: 'yarn' },
  ],
  [
    'a lock file of yarn classic',
    { files: { ...own, 'yarn.lock': '# yarn lockfile v1\n' } },
    { manager: 'yarn-classic' },
  ],
  [
    'a wished package manager',
    { files: { ...own, 'yarn.lock': '' }, pm: 'bun' },
    { manager: 'bun' },
  ],
  [
    'vitest',
    { files: { ...own, 'package.json': { ...esm, devDependencies: { vitest: '^4.0.0' } } } },
    { tests: { kind: 'run' } },
  ],
  ['no vitest', { files: own }, { tests: { kind: 'no vitest' } }],
  [
    'a configuration of vitest for another folder',
    { files: { ...withVitest(), 'vite.config.ts': "export default { test: { dir: 'tests' } };" } },
    { tests: { kind: 'left out', why: 'vite.config.ts looks only in tests' } },
  ],
  [
    'one of the workspace above, which has vitest for all',
    {
      files: {
        'package.json': { workspaces: ['a'], devDependencies: { vitest: '^4.0.0' } },
        'vitest.config.mts': "export default { test: { include: ['tests/**'] } };",
        'a/package.json': esm,
        'a/tsconfig.json': node,
      },
      cwd: 'a',
    },
    { tests: { kind: 'left out', why: '../vitest.config.mts runs only tests/**' } },
  ],
  [
    'vitest with a configuration by name',
    {
      files: {
        ...withVitest({ test: 'vitest run --config unit.ts' }),
        'vitest.config.ts': "export default { test: { dir: 'tests' } };",
      },
    },
    { tests: { kind: 'run' } },
  ],
  [
    'a build that would compile tests',
    { files: { ...withVitest({ build: 'tsc' }), 'tsconfig.json': emitting() } },
    { tests: { kind: 'left out', why: 'the script build would compile them into dist' } },
  ],
  [
    'a build that would compile only their helpers',
    { files: { ...withVitest({ build: 'tsc' }), 'tsconfig.json': emitting('**/*.test.ts') } },
    { tests: { kind: 'left out', why: 'the script build would compile them into dist' } },
  ],
  [
    'a build that leaves them alone',
    {
      files: {
        ...withVitest({ build: 'tsc' }),
        'tsconfig.json': emitting('**/*.test.ts', 'agent/testing', 'agent/store/contract.ts'),
      },
    },
    { tests: { kind: 'run' } },
  ],
  [
    'a build without output',
    { files: withVitest({ build: 'tsc' }, noEmit) },
    { tests: { kind: 'run' } },
  ],
  [
    'a build of Nest',
    {
      files: {
        ...withVitest({ build: 'nest build' }),
        'tsconfig.build.json': emitting('**/*spec.ts'),
      },
    },
    { tests: { kind: 'left out', why: 'the script build would compile them into dist' } },
  ],
  [
    'a version of Node in two files',
    {
      files: {
        ...own,
        'package.json': { ...esm, engines: { node: '>=20' } },
        '.nvmrc': '22\n',
        '.node-version': '20',
      },
    },
    { node: { running: '24.0.0', pinned: { file: '.nvmrc', version: '22' }, engines: '>=20' } },
  ],
  [
    'prettier',
    { files: { ...own, '.prettierrc': '', ...installed('prettier') } },
    { formatter: 'prettier' },
  ],
  [
    'prettier that is not installed',
    { files: { ...own, '.prettierrc': '' } },
    { formatter: undefined },
  ],
  [
    'biome',
    { files: { ...own, 'biome.json': {}, ...installed('@biomejs/biome') } },
    { formatter: 'biome' },
  ],
  [
    'the root of a workspace, without a tsconfig',
    {
      files: {
        'package.json': { workspaces: ['packages/*', '!packages/old'] },
        'packages/api/package.json': {},
        'packages/web/package.json': {},
        'packages/old/package.json': {},
        'packages/docs/': '',
        'node_modules/a/package.json': {},
      },
    },
    { packages: ['packages/api', 'packages/web'] },
  ],
  [
    "the root of pnpm's workspace",
    {
      files: {
        ...own,
        'pnpm-workspace.yaml': 'packages: ["apps/**"]',
        'apps/a/b/package.json': {},
        'apps/.c/package.json': {},
      },
    },
    { packages: ['apps/a/b'] },
  ],
  [
    "pnpm's settings alone",
    { files: { ...own, 'pnpm-workspace.yaml': 'onlyBuiltDependencies: []', 'a/package.json': {} } },
    { packages: [] },
  ],
  [
    'a lone dot',
    { files: { ...own, 'pnpm-workspace.yaml': 'packages: ["."]', 'a/package.json': {} } },
    { packages: [] },
  ],
  [
    'a package of a workspace',
    {
      files: {
        'package.json': {
          workspaces: ['packages/*'],
          packageManager: 'yarn@4.0.0',
          devDependencies: { vitest: '4' },
        },
        'packages/api/package.json': esm,
        'packages/api/tsconfig.json': node,
      },
      cwd: 'packages/api',
    },
    { packages: [], manager: 'yarn', tests: { kind: 'run' } },
  ],
  [
    'a catalog of pnpm with zod 3.25',
    {
      files: {
        'pnpm-workspace.yaml': 'packages: ["apps/*"]\ncatalogs:\n  old:\n    zod: ^3.25.0\n',
        'apps/web/package.json': { ...esm, dependencies: { zod: 'catalog:old' } },
        'apps/web/tsconfig.json': node,
      },
      cwd: 'apps/web',
    },
    { catalogs: { old: { zod: '^3.25.0' } }, zodImport: 'zod/v4' },
  ],
  [
    'a catalog of yarn',
    { files: { ...own, '.yarnrc.yml': 'catalog:\n  zod: ^4.0.0\n' } },
    { catalogs: { default: { zod: '^4.0.0' } }, zodImport: 'zod' },
  ],
  [
    'a catalog of bun',
    {
      files: {
        ...own,
        'package.json': { ...esm, workspaces: { packages: [], catalog: { zod: '^4.0.0' } } },
      },
    },
    { catalogs: { default: { zod: '^4.0.0' } } },
  ],
  [
    'zod 3.25 as it is installed',
    {
      files: {
        ...own,
        'package.json': { ...esm, dependencies: { zod: '^3.23.8' } },
        ...installed('zod', '3.25.76'),
      },
    },
    { zodImport: 'zod/v4' },
  ],
  [
    'an old TypeScript',
    { files: { ...own, ...installed('typescript', '5.5.4') } },
    { typescript: 'TypeScript 5.5.4 is installed' },
  ],
  [
    'types of Node of the workspace root',
    {
      files: {
        'package.json': {
          workspaces: ['packages/*'],
          devDependencies: { '@types/node': '^22.1.0' },
        },
        'packages/api/package.json': esm,
        'packages/api/tsconfig.json': node,
      },
      cwd: 'packages/api',
    },
    { nodeTypes: '^22.1.0' },
  ],
  [
    'types of Node that another package brought',
    { files: { ...own, ...installed('@types/node', '24.3.0') } },
    { nodeTypes: '^24.3.0' },
  ],
  [
    'types of Node that are too old',
    { files: { ...own, ...installed('@types/node', '18.19.0') } },
    { nodeTypes: undefined },
  ],
  [
    'types of Node of its own',
    { files: { ...own, 'package.json': { devDependencies: { '@types/node': '^24.0.0' } } } },
    { nodeTypes: undefined },
  ],
])('%s', async (_, repo, expected) => {
  expect(await inspect(repo)).toMatchObject(expected);
});

it('what pnpm takes for a root is of no other workspace', async () => {
  const { workspace } = await inspect({
    files: {
      'package.json': { workspaces: ['packages/*'] },
      'bot/package.json': esm,
      'bot/tsconfig.json': node,
      'bot/pnpm-workspace.yaml': 'packages: ["."]',
    },
    cwd: 'bot',
  });
  expect(workspace).toBeUndefined();
});

it('knows where the root, the repository and the workspace are', async () => {
  const { top, root, gitRoot, workspace } = await inspect({
    files: {
      'package.json': { workspaces: ['packages/*'] },
      'packages/api/package.json': esm,
      'tsconfig.json': node,
    },
    cwd: 'packages/api',
  });
  expect({ root, gitRoot, workspace }).toEqual({
    root: join(top, 'packages/api'),
    gitRoot: top,
    workspace: { root: top, covers: true, manager: undefined },
  });
});

it('names the tsconfig in its notes, from the root', async () => {
  const { notes } = await inspect({
    files: {
      'tsconfig.json': { compilerOptions: { module: 'nodenext', types: [] } },
      'api/package.json': esm,
    },
    cwd: 'api',
  });
  expect(notes).toEqual([expect.stringMatching(/^\.\.\/tsconfig\.json: add "node"/)]);
});

/** A repo of TypeScript 6, which includes no types by default. */
const six = (files: Files, include: readonly string[] = ['src', '*.d.ts']): Case => ({
  files: {
    'package.json': esm,
    'src/index.ts': '',
    'tsconfig.json': { compilerOptions: { module: 'nodenext' }, include },
    ...installed('typescript', '6.0.3'),
    ...files,
  },
});
const library = (text: string, packageJson: object = {}): Files => ({
  'node_modules/lib/package.json': { name: 'lib', ...packageJson },
  'node_modules/lib/index.d.ts': text,
});
const nodeReference = '/// <reference types="node" />\n';

describe('the types of Node', () => {
  it.each<[string, Case]>([
    ['a declaration of the repo', six({ 'src/env.d.ts': nodeReference })],
    ['a generated one', six({ 'next-env.d.ts': '/// <reference types="next" />\n' })],
    [
      'a generated one in a folder with a dot',
      six({ '.kit/ambient.d.ts': nodeReference }, ['src', './.kit/**/*.d.ts']),
    ],
    [
      'a package that is imported',
      six({ 'src/a.ts': "import type { A } from 'lib';\n", ...library(nodeReference) }),
    ],
    [
      'a package of @types',
      six({
        'src/a.ts': "import 'lib';\n",
        'node_modules/lib/package.json': { main: 'index.js' },
        'node_modules/@types/lib/package.json': { types: 'index.d.ts' },
        'node_modules/@types/lib/index.d.ts': nodeReference,
      }),
    ],
    [
      'a file of a package, by its exports',
      six({
        'src/a.ts': "import 'lib/deep/one';\n",
        ...library('', { exports: { './deep/*': { import: { default: './d/*.js' } } } }),
        'node_modules/lib/d/one.d.ts': "import '../other.js';\n",
        'node_modules/lib/other.d.ts': `// A comment.\n${nodeReference}`,
      }),
    ],
  ])('are there by %s', async (_, repo) => {
    expect((await inspect(repo)).notes).toEqual([]);
  });

  it.each<[string, Case]>([
    ['nothing', six({})],
    ['a file that is left out', six({ 'other/env.d.ts': nodeReference })],
    ['a comment', six({ 'src/a.ts': '/* import "lib"; */', ...library(nodeReference) })],
    ['a package that is not imported', six(library(nodeReference))],
    ['types without Node', six({ 'src/vite-env.d.ts': '/// <reference types="lib" />' })],
  ])('are not there by %s', async (_, repo) => {
    expect((await inspect(repo)).notes).toEqual([expect.stringMatching(/set "types" to/)]);
  });
});

it.each([
  [['src'], [], /^tsconfig\.json does not include agent: add it to "include"/],
  [['.'], ['agent'], /^tsconfig\.json does not include agent: take it out of "exclude"/],
])('says what leaves the folder out: %j without %j', async (include, exclude, sentence) => {
  const files = { ...own, 'tsconfig.json': { ...node, include, exclude }, 'x.ts': '' };
  expect((await inspect({ files, dir: 'agent' })).coverage).toEqual([
    expect.stringMatching(sentence),
  ]);
});

it.each<[string, Case, RegExp, RegExp?]>([
  ['no package.json', { files: { 'tsconfig.json': node } }, /no package\.json/i, /npm init -y/],
  ['a cwd that is a file', { files: own, cwd: 'package.json' }, /is not a folder/],
  ['a cwd that is not there', { files: own, cwd: 'nowhere' }, /is not a folder/],
  [
    'a package.json that is not JSON',
    { files: { ...own, 'package.json': '{' } },
    /package\.json is not a JSON object/,
  ],
  [
    'a package.json that is an array',
    { files: { ...own, 'package.json': '[]' } },
    /package\.json is not a JSON object/,
  ],
  [
    'a huge package.json',
    { files: { ...own, 'package.json': `{}${' '.repeat(5_000_001)}` } },
    /package\.json is larger than 5 MB/,
  ],
  [
    'a repo without TypeScript',
    { files: { 'package.json': {}, 'yarn.lock': '' } },
    /no tsconfig\.json/,
    /yarn dlx -p typescript tsc --init/,
  ],
  [
    'a tsconfig above the repository only',
    { files: { 'tsconfig.json': node, 'mine/.git/': '', 'mine/package.json': {} }, cwd: 'mine' },
    /no tsconfig\.json/,
  ],
  [
    'a tsconfig that does not parse',
    { files: { ...own, 'tsconfig.json': '{ "compilerOptions": {' } },
    /tsconfig\.json cannot be read: it is not JSON/,
  ],
  [
    'a tsconfig that extends what is not there',
    { files: { ...own, 'tsconfig.json': { extends: './.svelte-kit/tsconfig.json' } } },
    /tsconfig\.json cannot be read: .*svelte-kit/,
    /install the packages, then run: npx svelte-kit sync/,
  ],
  [
    'a list of references that nuxt generates',
    {
      files: {
        ...own,
        'pnpm-lock.yaml': '',
        'tsconfig.json': { files: [], references: [{ path: './.nuxt/tsconfig.app.json' }] },
      },
    },
    /\.nuxt.*cannot be read/,
    /pnpm exec nuxt prepare/,
  ],
  [
    "a tsconfig that extends a package of Plug'n'Play",
    { files: { ...own, '.pnp.cjs': '', 'tsconfig.json': { extends: '@tsconfig/node22' } } },
    /tsconfig\.json cannot be read: .*node22/,
    /yarn dlx create-12-factor-agent@latest/,
  ],
  [
    'a tsconfig that extends a missing file',
    { files: { ...own, '.pnp.cjs': '', 'tsconfig.json': { extends: './base.json' } } },
    /tsconfig\.json cannot be read: .*base\.json/,
    /install the packages first/,
  ],
  [
    'a tsconfig that extends itself',
    { files: { ...own, 'tsconfig.json': { extends: './tsconfig.json' } } },
    /tsconfig\.json cannot be read/,
  ],
  [
    'a list of references that are not there',
    { files: { ...own, 'tsconfig.json': { files: [], references: [{ path: './gone.json' }] } } },
    /gone\.json cannot be read/,
  ],
  [
    'CommonJS with verbatimModuleSyntax',
    {
      files: {
        'package.json': {},
        'tsconfig.json': { compilerOptions: { module: 'nodenext', verbatimModuleSyntax: true } },
      },
    },
    /"verbatimModuleSyntax" for CommonJS/,
    /Set "verbatimModuleSyntax" to false in tsconfig\.json/,
  ],
  ['an unknown package manager', { files: own, pm: 'nmp' }, /--pm nmp/],
])('refuses %s', async (_, repo, message, hint = /./) => {
  await expect(inspect(repo)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

const never = new AbortController().signal;

it('tells whether git sees changes', async () => {
  const root = await tempFolder();
  expect(await isDirty(root, process.env)).toBeUndefined();
  await runProgram('git', ['init', '--quiet'], { cwd: root, env: process.env, signal: never });
  expect(await isDirty(root, process.env)).toBe(false);
  await writeFile(join(root, 'a'), '');
  expect(await isDirty(root, process.env)).toBe(true);
});
