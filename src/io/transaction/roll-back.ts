import { lstat, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessMissing } from '../system-errors.ts';
import { isAs, inspectorOf, numbered, syncTree } from './apply-journal.ts';
import {
  inParallel,
  makeFolder,
  place,
  removeFile,
  removeIfEmpty,
  syncFolder,
  writeDurably,
} from './durable-files.ts';
import { besideOf, type Journal, type Places, stagingOf } from './journal.ts';
import { guardOf } from './inspect-target.ts';

/**
 * Turns a committed transaction back: a later run takes it back too, and never finishes it. Targets that somebody else
 * changed before we did are theirs.
 */
export async function turnBack(
  places: Places,
  journal: Journal,
  moved: ReadonlySet<string>,
): Promise<Journal> {
  const look = inspectorOf(places, journal);
  const strange = new Set<string>();
  await inParallel(journal.targets, async ({ path, before, after }) => {
    const found = await look(path);
    if (!moved.has(path) && !isAs(found, before) && !isAs(found, after)) strange.add(path);
  });
  // Left in, so that the numbers of the others stay, but as one that nothing happens to.
  const targets = journal.targets.map((target) =>
    strange.has(target.path) ? { path: target.path } : target,
  );
  const ours = { ...journal, targets };
  if (strange.size === 0) await rename(places.journal, places.rollback);
  else {
    const { turned } = stagingOf(places, journal.id);
    await writeDurably(turned, JSON.stringify(ours));
    await rename(turned, places.rollback);
  }
  await syncFolder(places.tmp);
  return ours;
}

/** Brings every target back to its old bytes, from wherever it was left, and closes the transaction. */
export async function rollBack(places: Places, journal: Journal): Promise<void> {
  const { root } = places;
  const look = inspectorOf(places, journal);
  const guard = await guardOf(root);
  const touched = numbered(journal).filter(({ target }) => target.before !== target.after);
  await inParallel(touched, async ({ target: { path, before, after }, n }) => {
    await removeFile(besideOf(places, journal, n, path));
    if (before !== undefined || !isAs(await look(path), after)) return;
    await guard(dirname(path));
    await removeFile(join(root, path));
  });
  for (const folder of journal.made.toReversed()) await removeIfEmpty(join(root, folder));
  for (const folder of journal.pruned.toReversed()) await makeFolder(join(root, folder));
  await inParallel(touched, async ({ target: { path, before, after }, n }) => {
    const found = await look(path);
    if (before === undefined || (found.kind !== 'nothing' && !isAs(found, after))) return;
    const old = stagingOf(places, journal.id).oldAt(n);
    // It was put back already, and the user deleted it since.
    if (found.kind === 'nothing' && !(await unlessMissing(lstat(old)))) return;
    await guard(dirname(path));
    await place(old, join(root, path), besideOf(places, journal, n, path));
  });
  await syncTree(root, journal);
  // The one that says "back" goes last, so that no run takes what is left for one to finish.
  await removeFile(places.journal);
  await removeFile(places.rollback);
  await syncFolder(places.tmp);
}
