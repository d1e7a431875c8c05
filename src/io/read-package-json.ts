import { join } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import type { PackageJson } from '../pipeline/repo/detect-tools.ts';
import { readText, exists } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

const maxBytes = 5_000_000;
// Whatever edits it by its syntax goes down once a level.
const deepest = 100;

/** A folder's package.json; `undefined` where there is none. @throws UserError when it is not one object of JSON */
export async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  const path = join(folder, 'package.json');
  const stats = await unlessMissing(fs.stat(path));
  if (stats && stats.size > maxBytes) throw refused(path, `is larger than ${maxBytes / 1e6} MB`);
  const text = await readText(path);
  if (text === undefined) return undefined;
  if (text.startsWith('\uFEFF')) throw refused(path, 'begins with a byte order mark');
  const value = parse(text);
  if (depthOf(value) > deepest) throw refused(path, `nests more than ${deepest} levels`);
  if (isObject(value)) return value;
  throw refused(path, 'is not an object of JSON');
}

const isObject = (value: unknown): value is PackageJson =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Level by level, as a value deep enough ends whatever goes down into it. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: readonly unknown[] = [value]; level.length > 0; depth++)
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    );
  return depth;
}

function refused(path: string, why: string): UserError {
  return new UserError(`${path} ${why}.`, { code: 'bad-usage', hint: 'Mend it, then try again.' });
}

/** The package.json of an installed package, as the folders above would find it; nearest first. */
export async function findInstalled(
  name: string,
  folders: readonly string[],
): Promise<PackageJson | undefined> {
  for (const folder of folders) {
    // What is damaged there is as good as not installed.
    const found = await readPackageJson(join(folder, 'node_modules', name)).catch(() => undefined);
    if (found) return found;
  }
  return undefined;
}

/** Package name to installed version, as code in `root` would find them; `undefined` where it cannot be seen. */
export async function installedVersions(
  root: string,
  packages: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const folders = [root, ...ancestors(root)];
  const found = await Promise.all(
    packages.map(async (name) => [name, await findInstalled(name, folders)] as const),
  );
  const versions = found.flatMap(([name, one]) =>
    one ? [[name, String(one.version ?? '')] as const] : [],
  );
  // Plug'n'Play has packages without a node_modules.
  const hidden = await Promise.all(folders.map((folder) => exists(join(folder, '.pnp.cjs'))));
  return versions.length < packages.length && hidden.includes(true)
    ? undefined
    : Object.fromEntries(versions);
}
