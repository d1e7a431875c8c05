import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { besideOf, type Journal, type Places, stagingOf, type Target } from './journal.ts';
import {
  inParallel,
  makeFolder,
  place,
  quietly,
  removeFile,
  removeIfEmpty,
  syncFolder,
} from './durable-files.ts';
import { type Found, guardOf, type InspectTarget, targetInspector } from './inspect-target.ts';
import { changed } from './prepare.ts';

/** A target with its number in the journal. */
export type Numbered = { readonly target: Target; readonly n: number };

/** `moved` collects the paths that were changed, for who has to take them back. */
export type Progress = {
  readonly todo: readonly Numbered[];
  readonly moved: Set<string>;
  /** Whether a file that is gone may be written anew. */
  readonly missing: 'write' | 'refuse';
};

/** Brings the targets from their old to their new bytes: what goes first, then what comes. @throws UserError `conflict` */
export async function applyJournal(
  places: Places,
  journal: Journal,
  { todo, moved, missing }: Progress,
): Promise<void> {
  const { root } = places;
  const look = inspectorOf(places, journal);
  const guard = await guardOf(root);
  const check = async ({ path, before }: Target): Promise<void> => {
    await guard(dirname(path));
    if (!isAs(await look(path), before, missing)) throw changed(path);
  };
  await inParallel(going(todo), async ({ target }) => {
    await check(target);
    await removeFile(join(root, target.path));
    moved.add(target.path);
  });
  for (const folder of journal.pruned) await removeIfEmpty(join(root, folder));
  for (const folder of journal.made) {
    await guard(dirname(folder));
    await makeFolder(join(root, folder));
  }
  await inParallel(coming(todo), async ({ target, n }) => {
    await check(target);
    const from = stagingOf(places, journal.id).newAt(n);
    await place(from, join(root, target.path), besideOf(places, journal, n, target.path));
    moved.add(target.path);
  });
  await syncTree(root, journal);
}

/** Makes the journal the record that `undo` reads; from here on only tidying is left. */
export async function closeJournal(places: Places, journal: Journal): Promise<void> {
  const staging = stagingOf(places, journal.id);
  await rename(places.journal, staging.done);
  await quietly(syncFolder(staging.folder));
  await quietly(syncFolder(places.tmp));
}

export function inspectorOf({ root }: Places, { targets }: Journal): InspectTarget {
  return targetInspector(
    root,
    targets.map(({ path }) => path),
  );
}

export function numbered({ targets }: Journal): readonly Numbered[] {
  return targets.map((target, n) => ({ target, n }));
}

export function coming(all: readonly Numbered[]): readonly Numbered[] {
  return all.filter(({ target }) => target.after !== undefined);
}

export function going(all: readonly Numbered[]): readonly Numbered[] {
  return all.filter(({ target }) => target.after === undefined);
}

/** Whether what was found is what a hash stands for. */
export function isAs(
  found: Found,
  hash: string | undefined,
  missing: 'write' | 'refuse' = 'refuse',
): boolean {
  if (found.kind === 'nothing') return hash === undefined || missing === 'write';
  return found.kind === 'file' && found.hash === hash;
}

/** Writes the names that changed through to the disk. */
export async function syncTree(root: string, { targets, made, pruned }: Journal): Promise<void> {
  const changed = [...targets.map(({ path }) => path), ...made, ...pruned];
  await inParallel([...new Set(changed.map((path) => dirname(path)))], (folder) =>
    syncFolder(join(root, folder)),
  );
}
