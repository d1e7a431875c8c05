import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import { hash } from '../pipeline/text/hash.ts';
import {
  type Config,
  type Lock,
  moveLockedFiles,
  parseConfig,
  parseLock,
} from '../pipeline/lock/lock-file.ts';
import { ownPaths } from '../pipeline/lock/own-paths.ts';
import type { Obstacle, Project } from '../pipeline/decide/project-state.ts';
import type { TargetFolder } from '../pipeline/repo/target-folder.ts';
import type { Wanted } from '../pipeline/render/wanted.ts';
import { asText, readText, exists } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';
import { findWorkspace } from './find-workspace.ts';

/** What is at the place of a new project and around it. */
export async function inspectTargetFolder(cwd: string, dir: string): Promise<TargetFolder> {
  await assertFolder(cwd);
  const root = resolve(cwd, dir);
  const above = ancestors(root);
  await assertWay(root, above);
  const [entries, repositories, workspace] = await Promise.all([
    unlessMissing(fs.readdir(root)),
    Promise.all(
      [root, ...above].map(async (folder) =>
        (await exists(join(folder, '.git'))) ? [folder] : [],
      ),
    ),
    findWorkspace(root, above),
  ]);
  return {
    root,
    entries,
    isFolder: entries !== undefined || (await unlessMissing(fs.lstat(root))) === undefined,
    gitRoot: repositories.flat()[0],
    workspace,
  };
}

/** Refuses a place below something that is no folder, and a link to nothing: whoever made it knows where it was to lead. */
async function assertWay(root: string, above: readonly string[]): Promise<void> {
  for (const path of [root, ...above]) {
    if ((await unlessMissing(fs.lstat(path))) === undefined) continue;
    const stats = await unlessMissing(fs.stat(path));
    if (stats?.isDirectory() || (stats && path === root)) return;
    const why = stats ? 'is not a folder' : 'is a link that leads nowhere';
    throw new UserError(`${path} ${why}.`, {
      code: 'not-empty',
      hint: 'Move it away, or name another folder.',
    });
  }
}

/** Whether there is a folder of that name. */
export async function isFolder(root: string, path: string): Promise<boolean> {
  return (await unlessMissing(fs.stat(join(root, path))))?.isDirectory() === true;
}

/** Whether there is anything of that name. */
export async function pathExists(root: string, path: string): Promise<boolean> {
  return (await unlessMissing(fs.lstat(join(root, path)))) !== undefined;
}

async function assertFolder(cwd: string): Promise<void> {
  if ((await unlessMissing(fs.stat(cwd)))?.isDirectory()) return;
  throw new UserError(`${cwd} is not a folder.`, {
    code: 'bad-usage',
    hint: '--cwd names one that is there.',
  });
}

/** The nearest folder upwards, itself included, that has a package.json. @throws UserError when there is none */
export async function findRoot(cwd: string): Promise<string> {
  await assertFolder(cwd);
  for (const folder of [cwd, ...ancestors(cwd)])
    if (await exists(join(folder, 'package.json'))) return folder;
  throw new UserError(`There is no package.json in ${cwd} or above it.`, {
    code: 'not-found',
    hint: 'Go to your project, or begin one: npm init -y',
  });
}

/** What is installed in a root; `texts` are those that were read for it, by path. */
export type Installed = {
  readonly lock: Lock | undefined;
  readonly config: Config | undefined;
  readonly texts: ReadonlyMap<string, string | undefined>;
};

/** Reads the lock and the configuration of a root. @throws UserError when one is damaged */
export async function readInstalled(root: string): Promise<Installed> {
  const [lock, config] = await Promise.all([
    readText(join(root, ownPaths.lock)),
    readText(join(root, ownPaths.config)),
  ]);
  const texts = new Map([
    [ownPaths.lock, lock],
    [ownPaths.config, config],
  ]);
  const parsed = lock === undefined ? undefined : parseLock(lock);
  const settings = config === undefined ? undefined : parseConfig(config);
  const followed = settings ?? (parsed && { dir: parsed.dir, registries: {} });
  return { lock: parsed && followed && moveLockedFiles(parsed, followed), config: followed, texts };
}

/** Where nothing is installed yet. */
export const nothingInstalled: Installed = {
  lock: undefined,
  config: undefined,
  texts: new Map([
    [ownPaths.lock, undefined],
    [ownPaths.config, undefined],
  ]),
};

/** Reads what the project already has of the wanted files, and of those that the lock names. */
export async function readProject(
  root: string,
  wanted: Wanted,
  { lock, texts: read }: Installed,
): Promise<Project> {
  const ofComponents = new Set([
    ...wanted.files.map((file) => file.path),
    ...Object.keys(lock?.files ?? {}),
  ]);
  const others = [
    'package.json',
    '.env.example',
    '.gitignore',
    ownPaths.schema,
    ownPaths.attributes,
  ];
  const blobs = ((await unlessMissing(fs.readdir(join(root, ownPaths.base(''))))) ?? []).filter(
    (name) => isHash.test(name),
  );
  const [found, shared, bases] = await Promise.all([
    Promise.all([...ofComponents].map((path) => inspectFile(root, path))),
    Promise.all(others.map(async (path) => ({ path, text: await readText(join(root, path)) }))),
    Promise.all(blobs.map((sha256) => readBase(root, sha256))),
  ]);
  // What was read already is not read again: another run may have written in between, and the plan would not know.
  const known = [...read].map(([path, text]) => ({ path, text }));
  const texts = [...found, ...shared, ...known].flatMap(({ path, text }) =>
    text === undefined ? [] : [[path, text] as const],
  );
  const missing = found
    .filter(({ text, obstacle }) => text === undefined && !obstacle)
    .map(({ path }) => path);
  const hidden = await nearNames(root, missing);
  return {
    lock,
    bases: new Map(
      bases.flatMap(({ sha256, text }) => (text === undefined ? [] : [[sha256, text]])),
    ),
    disk: new Map(texts),
    obstacles: new Map([
      ...bases.flatMap(({ sha256, actual }) =>
        actual === undefined ? [] : [[ownPaths.base(sha256), actual] as const],
      ),
      ...found.flatMap(({ path, obstacle }) => (obstacle ? [[path, obstacle] as const] : [])),
      ...hidden,
    ]),
  };
}

type Found = { readonly path: string; readonly text?: string; readonly obstacle?: Obstacle };

async function inspectFile(root: string, path: string): Promise<Found> {
  const stats = await unlessMissing(fs.lstat(join(root, path)));
  if (stats === undefined) return { path };
  if (stats.isSymbolicLink()) return { path, obstacle: { why: 'it is a link' } };
  if (!stats.isFile()) return { path, obstacle: { why: 'it is not a file' } };
  const bytes = await fs.readFile(join(root, path));
  const text = bytes.includes(0) ? undefined : asText(bytes);
  if (text !== undefined) return { path, text };
  return {
    path,
    obstacle: { why: 'it is not text', hash: createHash('sha256').update(bytes).digest('hex') },
  };
}

const isHash = /^[0-9a-f]{64}$/;

/** A pristine text; one whose bytes are not what its name says is as good as lost, and in the way. */
async function readBase(
  root: string,
  sha256: string,
): Promise<{ readonly sha256: string; readonly text?: string; readonly actual?: Obstacle }> {
  const path = join(root, ownPaths.base(sha256));
  if (!(await fs.lstat(path)).isFile()) return { sha256, actual: { why: 'it is not a file' } };
  const bytes = await fs.readFile(path);
  const text = asText(bytes);
  if (text !== undefined && hash(text) === sha256) return { sha256, text };
  return {
    sha256,
    actual: {
      why: 'it is not what its name says',
      hash: createHash('sha256').update(bytes).digest('hex'),
    },
  };
}

/** Of paths that are not there, those that some disks take for another one that is. */
async function nearNames(
  root: string,
  paths: readonly string[],
): Promise<readonly (readonly [string, Obstacle])[]> {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const listed = await Promise.all(
    folders.map(async (folder) => (await unlessMissing(fs.readdir(join(root, folder)))) ?? []),
  );
  const folded = (name: string) => name.normalize('NFC').toLowerCase();
  const names = new Map(
    folders.map((folder, index) => [
      folder,
      new Map(listed[index]?.map((name) => [folded(name), name])),
    ]),
  );
  return paths.flatMap((path) => {
    const other = names.get(dirname(path))?.get(folded(basename(path)));
    return other === undefined || other === basename(path)
      ? []
      : [[path, { why: `${other} is there, which some disks take for it` }]];
  });
}
