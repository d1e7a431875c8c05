import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../system-errors.ts';
import { foldersOf, pairedByCase } from './check-paths.ts';
import { inParallel } from './durable-files.ts';
import { blockedError } from './explain-failure.ts';
import { isSpelled } from './inspect-target.ts';
import type { Journal, Target } from './journal.ts';

/**
 * Returns the folders to create for the targets, and the folders to remove if they become empty.
 * Only folders in `prunable` are removed; without it, all folders of deleted files.
 * @throws UserError if something else is in the place of a folder
 */
export async function planFolders(
  root: string,
  targets: readonly Target[],
  prunable: readonly string[] | undefined,
): Promise<Pick<Journal, 'made' | 'pruned'>> {
  const written = targets.filter(({ after }) => after !== undefined).map(({ path }) => path);
  const deleted = targets.filter(({ after }) => after === undefined).map(({ path }) => path);
  const needed = new Set(written.flatMap(foldersOf));
  const unneeded = new Set(deleted.flatMap(foldersOf).filter((folder) => !needed.has(folder)));
  const replaced = pairedByCase([...needed, ...unneeded, ...deleted]);
  const made: string[] = [];
  await inParallel([...needed], async (folder) => {
    if (await mustCreate(root, folder, replaced.has(folder))) made.push(folder);
  });
  const pruned = [...unneeded].filter((folder) => prunable?.includes(folder) ?? true);
  return { made: made.toSorted(), pruned: pruned.toSorted().toReversed() };
}

/** `isReplaced` means that the transaction first deletes what has this path by another name. */
async function mustCreate(root: string, folder: string, isReplaced: boolean): Promise<boolean> {
  const stats = await unlessMissing(stat(join(root, folder)));
  if (!stats) return true;
  if (!isReplaced && !stats.isDirectory()) throw blockedError(folder, 'not a folder');
  if (!isReplaced) return false;
  return !stats.isDirectory() || !(await isSpelled(root, folder));
}
