import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fs from 'node:fs/promises';
import type { Inspection, InspectionRequest } from '../pipeline/doctor/diagnose.ts';
import type { Lock } from '../pipeline/lock/lock-file.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { withoutBom } from '../pipeline/text/byte-order-mark.ts';
import { definedEntries } from './defined-entries.ts';
import { isFolder } from './exists.ts';
import { findBrokenImports } from './find-broken-imports.ts';
import { findIgnored } from './find-ignored.ts';
import { findMovedFolder } from './find-moved-folder.ts';
import { git } from './git.ts';
import { installedVersions } from './read-package-json.ts';
import { tryDecode } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

/**
 * Collects what `doctor` needs from the disk and the environment. Returns only the names of
 * variables, never their values.
 */
export async function inspectAgent(
  { root, gitRoot }: Pick<Repo, 'root' | 'gitRoot'>,
  lock: Lock,
  { packages, variables, files }: InspectionRequest,
  env: NodeJS.ProcessEnv,
): Promise<Inspection> {
  const there = await isFolder(root, lock.dir);
  const [moved, sources, brokenImports, installed, file, ignored, gitVersion] = await Promise.all([
    there ? undefined : findMovedFolder(root, lock),
    readToolSources(root, lock.dir),
    findBrokenImports(root, lock.dir),
    installedVersions(root, packages),
    readVariables(root),
    findIgnored({ root, gitRoot }, files, env),
    git(['--version'], root, env),
  ]);
  return {
    folder: { there, moved },
    sources,
    brokenImports,
    installed,
    set: findSet(variables, env, file),
    canReadEnv: file !== undefined,
    ignored,
    git: gitVersion.exitCode === 0,
  };
}

/** Reads the sources that define tools, by path from the root. */
async function readToolSources(root: string, dir: string): Promise<ReadonlyMap<string, string>> {
  const underTools = await filesUnder(root, `${dir}/tools`);
  const paths = [`${dir}/tools.ts`, `${dir}/policy.ts`, ...underTools.filter(isSource)];
  const read = async (path: string) => [path, await readFile(join(root, path))] as const;
  return definedEntries(await Promise.all(paths.map(read)));
}

const isSource = (path: string): boolean =>
  /\.[cm]?ts$/.test(path) && !/\.(test|spec|d)\.[cm]?ts$/.test(path);

async function filesUnder(root: string, folder: string): Promise<readonly string[]> {
  const entries = await unlessMissing(fs.readdir(join(root, folder), { withFileTypes: true }));
  const found = (entries ?? []).map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile()) return [path];
    const isSearched = entry.isDirectory() && entry.name !== 'node_modules';
    return isSearched ? filesUnder(root, path) : [];
  });
  return (await Promise.all(found)).flat().toSorted();
}

/** Reads a text. Undefined if the path is not a file or not UTF-8. */
async function readFile(path: string): Promise<string | undefined> {
  const stats = await unlessMissing(fs.stat(path));
  if (!stats?.isFile()) return undefined;
  return tryDecode(await fs.readFile(path));
}

/** Reads `.env` like the agent does. Undefined if it is not UTF-8; without it, nothing is set. */
async function readVariables(root: string): Promise<NodeJS.Dict<string> | undefined> {
  const path = join(root, '.env');
  const stats = await unlessMissing(fs.stat(path));
  if (!stats?.isFile()) return {};
  const text = tryDecode(await fs.readFile(path));
  if (text === undefined || text.includes('\0')) return undefined;
  return parseEnv(withoutBom(text));
}

/** Returns the names that are set in the environment, or else in `.env`. */
function findSet(
  names: readonly string[],
  env: NodeJS.ProcessEnv,
  file: NodeJS.Dict<string> = {},
): ReadonlySet<string> {
  // The environment wins, even with an empty value.
  return new Set(names.filter((name) => (env[name] ?? file[name] ?? '') !== ''));
}
