import { lstat, readdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessMissing, hasCode, unlessCode } from '../system-errors.ts';
import { ignoreErrors, makeFolder } from './durable-files.ts';
import { blockedError } from './explain-failure.ts';
import type { Layout } from './layout.ts';
import { takeLock } from './run-lock.ts';

const maxRetries = 20;
const ignoreEverything = '*\n';
const heldRoots = new Set<string>();

/** Whether this process holds the run lock. */
export function isHeld({ root }: Layout): boolean {
  return heldRoots.has(root);
}

/**
 * Creates the tool's folders, and the root if it is missing, and takes the run lock. Returns a
 * function that releases the lock and removes the created folders that are empty.
 * @throws UserError `busy` if a live process holds it
 */
export async function holdLock(layout: Layout): Promise<() => Promise<void>> {
  const created = await missingFolders(layout.root);
  try {
    await checkNoLinks(layout);
    const release = await createAndLock(layout);
    const leave = () => releaseAndRemove(layout, created, release);
    try {
      await writeIgnoreFile(layout);
    } catch (error) {
      await leave();
      throw error;
    }
    heldRoots.add(layout.root);
    return leave;
  } catch (error) {
    await removeEmptyFolders(layout, created);
    throw error;
  }
}

/** Keeps the folder out of git. Replaces the file, because it may be a link. */
async function writeIgnoreFile({ ignore }: Layout): Promise<void> {
  if ((await unlessMissing(readFile(ignore, 'utf8'))) === ignoreEverything) return;
  await unlessCode(unlink(ignore), 'ENOENT');
  await writeFile(ignore, ignoreEverything, { flag: 'wx' });
}

/** Creates the folder and the lock in it. Retries, because a run that ends removes the folder. */
async function createAndLock(layout: Layout): Promise<() => Promise<void>> {
  for (let retries = maxRetries; ; retries--) {
    try {
      await makeFolders(layout.tmp);
      return await takeLock(layout.lock);
    } catch (error) {
      if (retries === 0 || !hasCode(error, 'ENOENT', 'ENOTDIR', 'EEXIST')) throw error;
    }
  }
}

/** Creates folders one by one: `recursive` reports a read-only disk as a missing folder. */
async function makeFolders(folder: string): Promise<void> {
  const missing = await missingFolders(folder);
  for (const one of missing.toReversed()) await makeFolder(one);
}

/** Returns the folders of a path that do not exist, the innermost first. */
async function missingFolders(folder: string): Promise<readonly string[]> {
  if (await unlessMissing(lstat(folder))) return [];
  return [folder, ...(await missingFolders(dirname(folder)))];
}

/** Refuses a link as one of the tool's folders: the tool would write and delete elsewhere. */
async function checkNoLinks({ root, own, tmp }: Layout): Promise<void> {
  const rootStats = await unlessMissing(lstat(root));
  const isUsable = !rootStats || rootStats.isDirectory() || rootStats.isSymbolicLink();
  if (!isUsable) throw blockedError(root, 'not a folder');
  for (const folder of [own, tmp]) {
    const stats = await unlessMissing(lstat(folder));
    if (stats && !stats.isDirectory()) throw blockedError(folder, 'not a folder');
  }
}

/** Never fails: the next run removes the rest. */
async function releaseAndRemove(
  layout: Layout,
  created: readonly string[],
  release: () => Promise<void>,
): Promise<void> {
  heldRoots.delete(layout.root);
  const names = await readdir(layout.tmp).catch(() => ['?']);
  const isEmpty = names.every((name) => name === '.gitignore' || name.startsWith('lock'));
  if (isEmpty) await ignoreErrors(unlink(layout.ignore));
  await ignoreErrors(release());
  if (isEmpty) await removeEmptyFolders(layout, created);
}

async function removeEmptyFolders({ tmp, own }: Layout, created: readonly string[]): Promise<void> {
  for (const folder of [tmp, own, ...created]) await ignoreErrors(rmdir(folder));
}
