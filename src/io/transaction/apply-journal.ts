import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { folderResolver } from './check-folders.ts';
import {
  ignoreErrors,
  inParallel,
  makeFolder,
  moveFile,
  removeFile,
  removeIfEmpty,
  syncFolder,
} from './durable-files.ts';
import { changedError } from './explain-failure.ts';
import { hasContent, type InspectTarget, targetInspector } from './inspect-target.ts';
import type { Journal, NumberedTarget, Target } from './journal.ts';
import { type Layout, siblingOf, stagingOf } from './layout.ts';

export type ApplyOptions = {
  /** The targets that still have their old bytes. */
  readonly todo: readonly NumberedTarget[];
  /** Collects the paths that were changed, for a rollback. */
  readonly changed: Set<string>;
  /** Whether a file may be written if the user deleted it since. */
  readonly missing: 'write' | 'refuse';
};

/**
 * Gives the targets their new bytes. Deletes files first, then creates folders and writes files.
 * @throws UserError `conflict` if a target no longer has its old bytes
 */
export async function applyJournal(
  layout: Layout,
  journal: Journal,
  { todo, changed, missing }: ApplyOptions,
): Promise<void> {
  const { root } = layout;
  const inspect = journalInspector(layout, journal);
  const resolveFolder = await folderResolver(root);
  const check = async ({ path, before }: Target): Promise<void> => {
    await resolveFolder(dirname(path));
    const found = await inspect(path);
    if (found.kind === 'nothing' && missing === 'write') return;
    if (!hasContent(found, before)) throw changedError(path);
  };
  const deleted = todo.filter(({ target }) => target.after === undefined);
  const written = todo.filter(({ target }) => target.after !== undefined);
  await inParallel(deleted, async ({ target }) => {
    await check(target);
    await removeFile(join(root, target.path));
    changed.add(target.path);
  });
  for (const folder of journal.pruned) await removeIfEmpty(join(root, folder));
  for (const folder of journal.made) {
    await resolveFolder(dirname(folder));
    await makeFolder(join(root, folder));
  }
  await inParallel(written, async ({ target, n }) => {
    const { path } = target;
    await check(target);
    const from = stagingOf(layout, journal.id).newAt(n);
    await moveFile(from, join(root, path), siblingOf(layout, journal.id, n, path));
    changed.add(path);
  });
  await syncChangedFolders(root, journal);
}

/** Completes a transaction: the journal becomes the record that `undo` reads. */
export async function closeJournal(layout: Layout, journal: Journal): Promise<void> {
  const staging = stagingOf(layout, journal.id);
  await rename(layout.journal, staging.done);
  await ignoreErrors(syncFolder(staging.folder));
  await ignoreErrors(syncFolder(layout.tmp));
}

/** Returns the function that inspects the targets of a journal. */
export function journalInspector({ root }: Layout, { targets }: Journal): InspectTarget {
  const paths = targets.map(({ path }) => path);
  return targetInspector(root, paths);
}

/** Syncs the folders whose entries a transaction changed. */
export async function syncChangedFolders(
  root: string,
  { targets, made, pruned }: Journal,
): Promise<void> {
  const changed = [...targets.map(({ path }) => path), ...made, ...pruned];
  const folders = new Set(changed.map((path) => dirname(path)));
  await inParallel([...folders], (folder) => syncFolder(join(root, folder)));
}
