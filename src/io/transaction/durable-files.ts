// Node's own functions, not fs-extra's: these need file handles, and a rename that fails at once on Windows too. Small
// files are faster written by the synchronous ones; only waiting for the disk is worth doing in parallel.
import { closeSync, fchmodSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { hasCode, unlessCode } from '../system-errors.ts';

const windows = process.platform === 'win32';
const lanes = 16;
const patienceMs = 2000;
const betweenTriesMs = 50;

/** Does the work for each item, a few at a time; after a failure no more are begun, and none still runs. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      await work(item, index).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}

/** Writes a file that must not be there yet, through to the disk; `mode` is exact, without one the umask decides. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array | string,
  mode?: number,
): Promise<void> {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, bytes);
    if (mode !== undefined) fchmodSync(file, mode);
    await sync(file);
  } finally {
    closeSync(file);
  }
}

const sync = (file: number): Promise<void> =>
  new Promise((resolve, reject) => fsync(file, (error) => (error ? reject(error) : resolve())));

/** Writes the names in a folder through to the disk, where the system can; a folder that is gone needs none. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders.
  if (windows) return;
  try {
    const folder = openSync(path, 'r');
    await sync(folder).finally(() => closeSync(folder));
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL', 'ENOTSUP')) throw error;
  }
}

/** Renames a file over what is there; where that is another disk, by way of `beside`, a name next to the target. */
export async function place(from: string, to: string, beside: string): Promise<void> {
  try {
    await renamePatiently(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await unlessCode(unlink(beside), 'ENOENT');
    const { mode } = await lstat(from);
    try {
      await writeDurably(beside, await readFile(from), mode & 0o7777);
      await renamePatiently(beside, to);
    } catch (error) {
      await quietly(unlink(beside));
      throw error;
    }
  }
}

/** A virus scanner or an editor holds files on Windows for a moment; a read-only file cannot be replaced there. */
async function renamePatiently(from: string, to: string): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return renameSync(from, to);
    } catch (error) {
      if (!windows || !hasCode(error, 'EPERM', 'EBUSY', 'EACCES') || Date.now() > until)
        throw error;
      await quietly(chmod(to, 0o666));
      await setTimeout(betweenTriesMs);
    }
  }
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  if (windows) await quietly(chmod(path, 0o666));
  await unlessCode(unlink(path), 'ENOENT', 'ENOTDIR');
}

/** Makes one folder in a folder that is there, unless it is there already. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST') || !(await stat(path)).isDirectory()) throw error;
  }
}

/** Removes a folder if it holds nothing any more; whether it did. */
export async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const held = windows ? ['EPERM', 'EBUSY', 'EACCES'] : [];
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', ...held)) return false;
    throw error;
  }
}

/** Waits for what may fail: cleaning up that the next run does otherwise. */
export async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
