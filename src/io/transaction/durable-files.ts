// Uses Node's own functions: fs-extra has no file handles, and its rename retries on Windows. Small
// files are written synchronously, which is faster. Only waiting for the disk is done in parallel.
import { closeSync, fchmodSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { hasCode, unlessCode } from '../system-errors.ts';

const isWindows = process.platform === 'win32';
const concurrency = 16;
const retryForMs = 2000;
const retryEveryMs = 50;

/**
 * Runs the work for each item, a few at a time. After a failure it starts no more items, waits for
 * those that run, and throws the first error.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      await work(item, index).catch((error: unknown) => failures.push(error));
    }
  };
  const workers = Math.min(concurrency, items.length);
  await Promise.all(Array.from({ length: workers }, worker));
  if (failures.length > 0) throw failures[0];
}

/**
 * Creates a file and syncs it to the disk. Fails if the file exists. Sets exactly `mode`; without
 * it the umask decides.
 */
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

function sync(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(file, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Syncs the names in a folder to the disk, if the system can. Ignores a missing folder. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder.
  if (isWindows) return;
  try {
    const folder = openSync(path, 'r');
    await sync(folder).finally(() => closeSync(folder));
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL', 'ENOTSUP')) throw error;
  }
}

/**
 * Moves a file and replaces the target. If they are on different disks, it first copies the file to
 * `sibling`, a path beside the target, so that replacing the target is still one rename.
 */
export async function moveFile(from: string, to: string, sibling: string): Promise<void> {
  try {
    await renameWithRetries(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyThenRename(from, to, sibling);
  }
}

async function copyThenRename(from: string, to: string, sibling: string): Promise<void> {
  await unlessCode(unlink(sibling), 'ENOENT');
  const { mode } = await lstat(from);
  try {
    await writeDurably(sibling, await readFile(from), mode & 0o7777);
    await renameWithRetries(sibling, to);
  } catch (error) {
    await ignoreErrors(unlink(sibling));
    throw error;
  }
}

/**
 * Renames a file. On Windows a virus scanner or an editor may keep a file open for a moment, and a
 * read-only file cannot be replaced.
 */
async function renameWithRetries(from: string, to: string): Promise<void> {
  const deadline = Date.now() + retryForMs;
  for (;;) {
    try {
      return renameSync(from, to);
    } catch (error) {
      const isTemporary = isWindows && hasCode(error, 'EPERM', 'EBUSY', 'EACCES');
      if (!isTemporary || Date.now() > deadline) throw error;
      await ignoreErrors(chmod(to, 0o666));
      await setTimeout(retryEveryMs);
    }
  }
}

/** Removes a file if it exists. */
export async function removeFile(path: string): Promise<void> {
  if (isWindows) await ignoreErrors(chmod(path, 0o666));
  await unlessCode(unlink(path), 'ENOENT', 'ENOTDIR');
}

/** Creates a folder if it is missing. Its parent must exist. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = hasCode(error, 'EEXIST') && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  }
}

/** Removes a folder if it is empty. */
export async function removeIfEmpty(path: string): Promise<void> {
  const inUse = isWindows ? ['EPERM', 'EBUSY', 'EACCES'] : [];
  await unlessCode(rmdir(path), 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', ...inUse);
}

/** Waits for an operation that may fail: cleaning up that the next run repeats. */
export async function ignoreErrors(operation: Promise<unknown>): Promise<void> {
  await operation.catch(() => undefined);
}
