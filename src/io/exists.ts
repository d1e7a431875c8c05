import { join } from 'node:path';
import fs from 'node:fs/promises';
import { unlessMissing } from './system-errors.ts';

/** Whether a file or folder exists. Follows links: a broken link does not exist. */
export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(fs.stat(path))) !== undefined;
}

/** Whether a root has an entry of this path. Does not follow links: a broken link is an entry. */
export async function hasEntry(root: string, path: string): Promise<boolean> {
  return (await unlessMissing(fs.lstat(join(root, path)))) !== undefined;
}

/** Whether a root has a folder of this path, or a link to one. */
export async function isFolder(root: string, path: string): Promise<boolean> {
  const stats = await unlessMissing(fs.stat(join(root, path)));
  return stats?.isDirectory() === true;
}

/** Returns the first of the folders that has an entry of this name. */
export async function firstWith(
  folders: readonly string[],
  name: string,
): Promise<string | undefined> {
  const found = await Promise.all(folders.map((folder) => exists(join(folder, name))));
  return folders.find((_, index) => found[index]);
}
