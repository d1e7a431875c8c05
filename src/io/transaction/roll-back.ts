import { lstat, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessMissing } from '../system-errors.ts';
import { journalInspector, syncChangedFolders } from './apply-journal.ts';
import { folderResolver } from './check-folders.ts';
import {
  inParallel,
  makeFolder,
  moveFile,
  removeFile,
  removeIfEmpty,
  syncFolder,
  writeDurably,
} from './durable-files.ts';
import { hasContent } from './inspect-target.ts';
import { type Journal, numberedTargets } from './journal.ts';
import { type Layout, siblingOf, stagingOf } from './layout.ts';

/**
 * Marks a committed transaction as one to roll back. From now on a later run rolls it back too, and
 * never finishes it. Leaves out the targets that the user changed before we did. `changed` has the
 * paths that we changed. Returns the journal of the rollback.
 */
export async function startRollback(
  layout: Layout,
  journal: Journal,
  changed: ReadonlySet<string>,
): Promise<Journal> {
  const inspect = journalInspector(layout, journal);
  const edited = new Set<string>();
  await inParallel(journal.targets, async ({ path, before, after }) => {
    const found = await inspect(path);
    const isKnown = hasContent(found, before) || hasContent(found, after);
    if (!isKnown && !changed.has(path)) edited.add(path);
  });
  // Edited targets stay in the list, so that the others keep their numbers. Without hashes, nothing
  // is done to them.
  const targets = journal.targets.map((target) =>
    edited.has(target.path) ? { path: target.path } : target,
  );
  const rollback = { ...journal, targets };
  if (edited.size === 0) {
    await rename(layout.journal, layout.rollback);
  } else {
    const { preparedRollback } = stagingOf(layout, journal.id);
    await writeDurably(preparedRollback, JSON.stringify(rollback));
    await rename(preparedRollback, layout.rollback);
  }
  await syncFolder(layout.tmp);
  return rollback;
}

/** Restores the old bytes of every target and closes the transaction. Can run twice. */
export async function rollBack(layout: Layout, journal: Journal): Promise<void> {
  const { root } = layout;
  await deleteNewFiles(layout, journal);
  for (const folder of journal.made.toReversed()) await removeIfEmpty(join(root, folder));
  for (const folder of journal.pruned.toReversed()) await makeFolder(join(root, folder));
  await restoreOldFiles(layout, journal);
  await syncChangedFolders(root, journal);
  // In this order: if only the journal were left, the next run would finish the transaction.
  await removeFile(layout.journal);
  await removeFile(layout.rollback);
  await syncFolder(layout.tmp);
}

async function deleteNewFiles(layout: Layout, journal: Journal): Promise<void> {
  const { root } = layout;
  const inspect = journalInspector(layout, journal);
  const resolveFolder = await folderResolver(root);
  await inParallel(changingTargets(journal), async ({ target, n }) => {
    const { path, before, after } = target;
    await removeFile(siblingOf(layout, journal.id, n, path));
    if (before !== undefined || !hasContent(await inspect(path), after)) return;
    await resolveFolder(dirname(path));
    await removeFile(join(root, path));
  });
}

async function restoreOldFiles(layout: Layout, journal: Journal): Promise<void> {
  const { root } = layout;
  const inspect = journalInspector(layout, journal);
  const resolveFolder = await folderResolver(root);
  await inParallel(changingTargets(journal), async ({ target, n }) => {
    const { path, before, after } = target;
    const found = await inspect(path);
    const isMissing = found.kind === 'nothing';
    if (before === undefined || (!isMissing && !hasContent(found, after))) return;
    const old = stagingOf(layout, journal.id).oldAt(n);
    // It was restored before, and the user deleted it since.
    if (isMissing && !(await unlessMissing(lstat(old)))) return;
    await resolveFolder(dirname(path));
    await moveFile(old, join(root, path), siblingOf(layout, journal.id, n, path));
  });
}

function changingTargets(journal: Journal) {
  return numberedTargets(journal).filter(({ target }) => target.before !== target.after);
}
