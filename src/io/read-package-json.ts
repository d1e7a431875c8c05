import { join } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import type { PackageJson } from '../pipeline/repo/detect-tools.ts';
import { fieldOf } from '../pipeline/repo/field-of.ts';
import { withoutBom } from '../pipeline/text/byte-order-mark.ts';
import { pick } from '../pipeline/text/entries.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';
import { definedEntries } from './defined-entries.ts';
import { firstWith } from './exists.ts';
import { readText } from './read-text.ts';
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

const editedFields = ['dependencies', 'devDependencies', 'scripts'];

/**
 * Reads the package.json that may be edited, like `readPackageJson`.
 * @throws UserError also if a field that may be edited is not an object
 */
export async function readOwnPackageJson(folder: string): Promise<PackageJson | undefined> {
  const packageJson = await readPackageJson(folder);
  const wrong = editedFields.find((name) => {
    const field = fieldOf(packageJson, name);
    return field !== undefined && (!isObject(field) || Array.isArray(field));
  });
  if (wrong === undefined) return packageJson;
  throw refused(join(folder, 'package.json'), `has a "${wrong}" that is not an object`);
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
 * Reads the package.json of an installed package for code in the first of the folders. Searches the
 * `node_modules` of the folders in order. A damaged package counts as not installed. With
 * Plug'n'Play, only the version is known.
 */
export async function findInstalled(
  name: string,
  folders: readonly string[],
): Promise<PackageJson | undefined> {
  const packageJson = await findInModules(name, folders);
  if (packageJson) return packageJson;
  const version = (await readPnpVersions(folders))?.[name];
  return version === undefined ? undefined : { name, version };
}

async function findInModules(
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
 * missing and the repo uses Plug'n'Play in a way that does not tell its versions.
 */
export async function installedVersions(
  root: string,
  packages: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const folders = [root, ...ancestors(root)];
  const find = async (name: string) => [name, await installedVersion(name, folders)] as const;
  const found = definedEntries(await Promise.all(packages.map(find)));
  if (found.size === packages.length) return Object.fromEntries(found);
  if ((await findPnp(folders)) === undefined) return Object.fromEntries(found);
  const versions = await readPnpVersions(folders);
  if (versions === undefined) return undefined;
  return { ...pick(versions, (name) => packages.includes(name)), ...Object.fromEntries(found) };
}

async function installedVersion(
  name: string,
  folders: readonly string[],
): Promise<string | undefined> {
  const packageJson = await findInModules(name, folders);
  return packageJson && String(packageJson.version ?? '');
}

/** Returns the first of the folders that has Yarn's Plug'n'Play in place of a node_modules. */
export function findPnp(folders: readonly string[]): Promise<string | undefined> {
  return firstWith(folders, '.pnp.cjs');
}

async function readPnpVersions(
  folders: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const [root = ''] = folders;
  const folder = await findPnp(folders);
  if (folder === undefined) return undefined;
  // Yarn can keep the data in a file of its own.
  const data = await readText(join(folder, '.pnp.data.json')).catch(() => undefined);
  const text = data ?? (await readText(join(folder, '.pnp.cjs')).catch(() => undefined));
  if (text === undefined) return undefined;
  const { pnpVersions } = await import('../pipeline/repo/pnp.ts');
  return pnpVersions(text, relativePath(folder, root));
}
