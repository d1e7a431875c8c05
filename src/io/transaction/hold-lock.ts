import { lstat, readdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../errors.ts';
import { unlessMissing, hasCode, unlessCode } from '../system-errors.ts';
import { makeFolder, quietly } from './durable-files.ts';
import type { Places } from './journal.ts';
import { takeLock } from './run-lock.ts';

const tries = 20;
const ignoreAll = '*\n';
const held = new Set<string>();

/** Whether this process holds the lock. */
export function isHeld({ root }: Places): boolean {
  return held.has(root);
}

/**
 * Makes the tool's own folder, the root too where there is none, and takes the lock; what it returns gives the lock
 * back and takes away what was made and holds nothing.
 * @throws UserError `busy` while a live process has it
 */
export async function holdLock(places: Places): Promise<() => Promise<void>> {
  const made = await missingFrom(places.root);
  try {
    await assertOwn(places);
    const giveBack = await lockIn(places);
    try {
      await ignoreIn(places);
    } catch (error) {
      await leave(places, made, giveBack);
      throw error;
    }
    held.add(places.root);
    return () => leave(places, made, giveBack);
  } catch (error) {
    await removeBare(places, made);
    throw error;
  }
}

/** Keeps the folder out of git; written whole and never through a link. */
async function ignoreIn({ ignore }: Places): Promise<void> {
  if ((await unlessMissing(readFile(ignore, 'utf8'))) === ignoreAll) return;
  await unlessCode(unlink(ignore), 'ENOENT');
  await writeFile(ignore, ignoreAll, { flag: 'wx' });
}

/** Another run that ends now may take folders away between and within our two steps. */
async function lockIn(places: Places): Promise<() => Promise<void>> {
  for (let left = tries; ; left--) {
    try {
      await makeFolders(places.tmp);
      return await takeLock(places.lock);
    } catch (error) {
      if (left === 0 || !hasCode(error, 'ENOENT', 'ENOTDIR', 'EEXIST')) throw error;
    }
  }
}

/** One by one: of a disk that is read-only, `recursive` says that it is not there. */
async function makeFolders(folder: string): Promise<void> {
  for (const missing of (await missingFrom(folder)).toReversed()) await makeFolder(missing);
}

/** The folders that have to be made for one, the innermost first. */
async function missingFrom(folder: string): Promise<readonly string[]> {
  return (await unlessMissing(lstat(folder)))
    ? []
    : [folder, ...(await missingFrom(dirname(folder)))];
}

/** A link would have us write, and clean up, elsewhere. */
async function assertOwn({ root, own, tmp }: Places): Promise<void> {
  const rootStats = await unlessMissing(lstat(root));
  if (rootStats && !rootStats.isDirectory() && !rootStats.isSymbolicLink()) throw inTheWay(root);
  for (const folder of [own, tmp]) {
    const stats = await unlessMissing(lstat(folder));
    if (stats && !stats.isDirectory()) throw inTheWay(folder);
  }
}

function inTheWay(path: string): UserError {
  return new UserError(`${path} is not a folder.`, {
    code: 'not-empty',
    hint: 'Move it away and run it again.',
  });
}

/** Never fails: what stays is the next run's to clear. */
async function leave(
  places: Places,
  made: readonly string[],
  giveBack: () => Promise<void>,
): Promise<void> {
  held.delete(places.root);
  const names = await readdir(places.tmp).catch(() => ['?']);
  const isBare = names.every((name) => name === '.gitignore' || name.startsWith('lock'));
  if (isBare) await quietly(unlink(places.ignore));
  await quietly(giveBack());
  if (isBare) await removeBare(places, made);
}

async function removeBare({ tmp, own }: Places, made: readonly string[]): Promise<void> {
  for (const folder of [tmp, own, ...made]) await quietly(rmdir(folder));
}
