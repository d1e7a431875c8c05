import { join } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import type { PackageJson } from '../pipeline/repo/detect-tools.ts';
import { definedEntries } from './defined-entries.ts';
import { firstWith } from './exists.ts';
import { readText, withoutBom } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

const maxBytes = 5_000_000;
/** The code that edits JSON recurses once per level. */
const maxLevels = 100;

/**
 * Reads the package.json of a folder. Undefined if there is none.
 * @throws UserError if it is not a JSON object, too large or nested too deeply
 */
export async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  const path = join(folder, 'package.json');
  const stats = await unlessMissing(fs.stat(path));
  if (stats && stats.size > maxBytes) throw refused(path, `is larger than ${maxBytes / 1e6} MB`);
  const text = await readText(path);
  if (text === undefined) return undefined;
  const value = parse(withoutBom(text));
  if (countLevels(value) > maxLevels) throw tooDeep(path);
  if (isObject(value) && !Array.isArray(value)) return value;
  throw refused(path, 'is not a JSON object');
}

function isObject(value: unknown): value is PackageJson {
  return typeof value === 'object' && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts the levels without recursion: deep values would exceed the stack. */
function countLevels(value: unknown): number {
  let count = 0;
  for (let level: readonly unknown[] = [value]; level.length > 0; count++) {
    level = level.filter(isObject).flatMap((one) => Object.values(one));
  }
  return count;
}

function tooDeep(path: string): UserError {
  return refused(path, `is nested more than ${maxLevels} levels deep`);
}

function refused(path: string, why: string): UserError {
  return new UserError(`${path} ${why}.`, { code: 'bad-usage', hint: 'Fix it, then try again.' });
}

/**
 * Reads the package.json of an installed package. Searches the `node_modules` of the folders in
 * order. A damaged package counts as not installed.
 */
export async function findInstalled(
  name: string,
  folders: readonly string[],
): Promise<PackageJson | undefined> {
  for (const folder of folders) {
    const path = join(folder, 'node_modules', name);
    const packageJson = await readPackageJson(path).catch(() => undefined);
    if (packageJson) return packageJson;
  }
  return undefined;
}

/**
 * Returns the installed versions of packages, by name, for code in `root`. Undefined if some are
 * missing and the repo uses Plug'n'Play, which has packages without a node_modules.
 */
export async function installedVersions(
  root: string,
  packages: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const folders = [root, ...ancestors(root)];
  const find = async (name: string) => [name, await installedVersion(name, folders)] as const;
  const found = await Promise.all(packages.map(find));
  const isComplete = found.every(([, version]) => version !== undefined);
  const isPnp = (await firstWith(folders, '.pnp.cjs')) !== undefined;
  return isPnp && !isComplete ? undefined : Object.fromEntries(definedEntries(found));
}

async function installedVersion(
  name: string,
  folders: readonly string[],
): Promise<string | undefined> {
  const packageJson = await findInstalled(name, folders);
  return packageJson && String(packageJson.version ?? '');
}
