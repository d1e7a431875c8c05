import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnv } from '../cli/run.ts';
import { filesUnder, tempFolder } from './temp.ts';

const exec = promisify(execFile);

/** Texts by path. Any other value is written as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** A kind of repo that a user may have. */
export type Repo = {
  readonly name: string;
  readonly files: Files;
  /** The folder of the package to which the agent is added. */
  readonly at: string;
  /** How statements end in this repo. */
  readonly end: ';' | '';
  /** The git setting for cloning it. Undefined if it is not a clone. */
  readonly cloned?: string;
};

const versions = { typescript: '^6.0.0', vitest: '^4.0.0', '@types/node': '^20.19.0' };
const strict = { strict: true, skipLibCheck: true, noEmit: true, types: ['node'] };
const tsconfig = (options: object, include = ['src']) => ({
  compilerOptions: { ...strict, ...options },
  include,
});
const nodenext = tsconfig({ module: 'nodenext', target: 'es2023' });
const manifest = (some: object = {}) => ({
  name: 'shop',
  private: true,
  dependencies: { zod: '^4.6.0' },
  devDependencies: versions,
  ...some,
});
const own = (files: Files): Files => ({
  'src/index.ts': 'export const shop = true;\n',
  '.gitignore': 'node_modules\n*.tsbuildinfo\n',
  ...files,
});
const repo = (name: string, files: Files, some: Partial<Repo> = {}): Repo => ({
  name,
  files: own(files),
  at: '.',
  end: ';',
  ...some,
});

/** The tsconfig of a bundler's starter: ES2022, no extensions, and all checks that lint. */
const bundled = tsconfig({
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  isolatedModules: true,
  jsx: 'react-jsx',
  noUnusedLocals: true,
  noUnusedParameters: true,
  noFallthroughCasesInSwitch: true,
  noUncheckedSideEffectImports: true,
  verbatimModuleSyntax: true,
});

const esm = { type: 'module' };
const tabs = { useTabs: true, semi: false, printWidth: 120 };

/** One repo of each kind that components can be added to. */
export const repos: readonly Repo[] = [
  repo('esm', { 'package.json': manifest(esm), 'tsconfig.json': nodenext }),
  repo('bundler', { 'package.json': manifest(esm), 'tsconfig.json': bundled }),
  repo('commonjs', {
    'package.json': manifest(),
    'tsconfig.json': tsconfig({ module: 'commonjs', target: 'es2022', esModuleInterop: true }),
  }),
  repo(
    'npm-workspace',
    {
      'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
      'package-lock.json': { name: 'shop', lockfileVersion: 3, packages: {} },
      'tsconfig.base.json': {
        compilerOptions: { ...strict, module: 'nodenext', target: 'es2023' },
      },
      'packages/web/package.json': { name: 'web' },
      'packages/bot/package.json': manifest({ ...esm, name: 'bot' }),
      'packages/bot/tsconfig.json': { extends: '../../tsconfig.base.json', include: ['src'] },
      'packages/bot/src/index.ts': 'export const bot = true;\n',
    },
    { at: 'packages/bot' },
  ),
  repo(
    'pnpm-workspace',
    {
      'package.json': {
        name: 'shop',
        private: true,
        packageManager: 'pnpm@10.1.0',
        devDependencies: versions,
      },
      'pnpm-workspace.yaml': 'packages:\n  - "apps/*"\n',
      'tsconfig.json': {
        compilerOptions: {
          ...strict,
          module: 'preserve',
          target: 'es2023',
          allowImportingTsExtensions: true,
        },
        files: [],
      },
      'apps/bot/package.json': { name: 'bot', type: 'module', dependencies: { zod: 'catalog:' } },
      'apps/bot/tsconfig.json': { extends: '../../tsconfig.json', include: ['src'], files: null },
      'apps/bot/src/index.ts': 'export const bot = true;\n',
    },
    { at: 'apps/bot' },
  ),
  repo(
    'prettier',
    {
      'package.json': manifest({ ...esm, devDependencies: { ...versions, prettier: '^3.0.0' } }),
      'tsconfig.json': tsconfig({ module: 'preserve', target: 'es2023' }),
      '.prettierrc': tabs,
    },
    { end: '' },
  ),
  repo(
    'crlf-clone',
    {
      'package.json': manifest(esm),
      'tsconfig.json': tsconfig({ module: 'preserve', target: 'es2023' }),
    },
    { cloned: 'core.autocrlf=true' },
  ),
];

/** Creates a repo of a kind in its own folder, with everything committed. */
export async function newRepo(kind: Repo['name'], more: Files = {}): Promise<string> {
  const root = join(await tempFolder(), 'shop');
  await mkdir(root);
  await commitFiles(root, { ...repos.find(({ name }) => name === kind)?.files, ...more });
  return root;
}

/** Writes files into a folder. */
export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    const text =
      typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    await writeFile(join(root, path), text);
  }
}

/** Runs git without the machine's settings. @throws if git fails */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = await cleanEnv();
  return (await exec('git', [...args], { cwd, env, maxBuffer: 50_000_000 })).stdout;
}

/** Creates a repository with these files and one commit. */
export async function commitFiles(root: string, files: Files): Promise<void> {
  await writeFiles(root, files);
  await git(root, 'init', '--quiet');
  await commit(root, 'begin');
}

/** Commits everything. */
export async function commit(root: string, message: string): Promise<void> {
  await git(root, 'add', '--all');
  await git(root, 'commit', '--quiet', '--allow-empty', '--message', message);
}

/** Returns the lines of `git status`, one per path. */
export async function gitStatus(root: string): Promise<readonly string[]> {
  const lines = (await git(root, 'status', '--porcelain', '--untracked-files=all')).split('\n');
  return lines.filter((line) => line !== '');
}

/** The mode and the sha256 of every file, by path. */
export type Snapshot = Readonly<Record<string, string>>;

/** Takes a snapshot of a repo, without the tool's temporary files. */
export async function snapshot(root: string): Promise<Snapshot> {
  const paths = (await filesUnder(root)).filter(
    (path) => !/(^|\/)\.12-factor\/tmp\/|\.tsbuildinfo$/.test(path),
  );
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await stamp(join(root, path))] as const)),
  );
}

/** Returns the paths that differ between two snapshots. */
export function differing(one: Snapshot, other: Snapshot): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (path) => one[path] !== other[path],
  );
}

async function stamp(path: string): Promise<string> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return `-> ${await readlink(path)}`;
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return `${(stats.mode & 0o777).toString(8)} ${sha256}`;
}
