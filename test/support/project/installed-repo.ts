import { mkdtempSync, realpathSync } from 'node:fs';
import { appendFile, cp, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { run } from '../cli/run.ts';
import { commit, commitFiles, differing, type Files, gitStatus, snapshot } from './repos.ts';
import { tempFolder } from './temp.ts';
import { releaseNext } from '../registry/next-version.ts';

const bare: Files = {
  'package.json': { name: 'shop', private: true, type: 'module', dependencies: { zod: '^4.6.0' } },
  'tsconfig.json': {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      strict: true,
      noEmit: true,
    },
    include: ['src'],
  },
  'src/index.ts': 'export const shop = true;\n',
};

/** The one file of the component that is installed. */
export const errors = 'src/agent/core/errors.ts';
export const lock = '.12-factor/lock.json';
export const config = '12-factor.json';

/** Creates a repo without any components. */
export async function repoOf(files: Files = {}, name = 'repo'): Promise<string> {
  const root = join(await tempFolder(), name);
  await mkdir(root);
  await commitFiles(root, { ...bare, ...files });
  return root;
}

export type Shop = {
  /** The folder of the next version of our registry. */
  readonly next: string;
  /** Creates a repo with one component. `harm` changes it afterwards. Everything is committed. */
  readonly installedRepo: (harm?: (root: string) => Promise<unknown>) => Promise<string>;
  /** Returns the arguments of an update to the next version. */
  readonly update: (...flags: readonly string[]) => readonly string[];
};

/** Creates what the tests of a file share, and removes it after them. Call it at the top. */
export function openShop(): Shop {
  const store = realpathSync(mkdtempSync(join(tmpdir(), 'shop-')));
  const next = join(store, 'next');
  let made: Promise<string> | undefined;
  beforeAll(async () => {
    await chmod(store, 0o755);
    await releaseNext(next);
  });
  afterAll(() => rm(store, { recursive: true, force: true }));
  return {
    next,
    installedRepo: async (harm = async () => undefined) => {
      made ??= makeInstalled(join(store, 'installed'));
      const root = join(await tempFolder(), 'repo');
      await cp(await made, root, { recursive: true });
      await harm(root);
      await commit(root, 'harm');
      return root;
    },
    update: (...flags) => ['update', '--no-install', '--registry', next, ...flags],
  };
}

async function makeInstalled(root: string): Promise<string> {
  await mkdir(root);
  await commitFiles(root, bare);
  expect(await run(add('errors'), root)).toMatchObject({ exitCode: 0, stderr: '' });
  await commit(root, 'add errors');
  return root;
}

// Changes to a repo, for `installedRepo`.
export const edit = (path: string, change: (text: string) => string) => async (root: string) =>
  writeFile(join(root, path), change(await readFile(join(root, path), 'utf8')));
export const write = (path: string, text: string) => (root: string) =>
  writeFile(join(root, path), text);
export const appended = (path: string) => (root: string) =>
  appendFile(join(root, path), 'export const mine = true;\n');

/** Returns the arguments that add components. */
export const add = (...words: readonly string[]): readonly string[] => [
  'add',
  ...words,
  '--no-install',
];

/** Expects that a run prints one line and a hint, and changes nothing. */
export async function expectRefusal(
  root: string,
  args: readonly string[],
  message: RegExp | string,
  hint: RegExp | string,
  env: Record<string, string> = {},
): Promise<void> {
  const [before, status] = [await snapshot(root), await gitStatus(root)];
  const { exitCode, stderr } = await run(args, root, env);
  const [printed, hinted, ...rest] = stderr.split('\n');
  expect([exitCode, printed, hinted, rest]).toEqual([1, matching(message), matching(hint), []]);
  expect(differing(await snapshot(root), before)).toEqual([]);
  expect(await gitStatus(root)).toEqual(status);
}

const matching = (part: RegExp | string): unknown =>
  typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part);
