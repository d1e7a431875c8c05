import type { Catalogue } from '../resolve/catalogue.ts';
import type { Lock } from '../lock/lock-file.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import type { Plan } from '../plan/change.ts';
import { conflictsLeft, type LeftConflict } from './describe-plan.ts';
import { isReported, isWritten } from '../plan/writes.ts';
import { formatCount } from './format-count.ts';

/** Returns a sentence for each orphan. */
export function orphanNotes(lock: Lock, { orphans }: Catalogue): readonly string[] {
  return [...orphans].map(
    (name) => `${name} was not found in ${lock.components[name]?.source}: it stays as it is.`,
  );
}

/** Returns a sentence for each import of a file that will be deleted: `[importing, imported]`. */
export function danglingNotes(all: readonly (readonly [string, string])[]): readonly string[] {
  return all.map(
    ([importing, imported]) => `${importing} imports ${imported}, which will be deleted.`,
  );
}

/**
 * Returns a sentence for the packages and one for the lines of .gitignore that stay although no
 * component needs them any longer.
 */
export function keptNotes(
  packages: readonly string[],
  ignored: readonly string[],
): readonly string[] {
  const notes: string[] = [];
  if (packages.length > 0)
    notes.push(`package.json keeps ${packages.join(', ')}: still used by other code.`);
  if (ignored.length > 0) notes.push(`.gitignore keeps ${ignored.join(', ')}: still on disk.`);
  return notes;
}

/** Returns the question that a command asks before it writes. */
export function confirmation({ changes }: Plan): string {
  const shown = changes.filter((change) => isReported(change) && isWritten(change));
  const deleted = shown.filter(({ kind }) => kind === 'delete').length;
  const written = shown.length - deleted;
  if (deleted === 0) return `Write ${theseFiles(written)}?`;
  if (written === 0) return `Delete ${theseFiles(deleted)}?`;
  return `Delete ${formatCount(deleted, 'file')} and write ${written}?`;
}

function theseFiles(count: number): string {
  return count === 1 ? 'this file' : `these ${count} files`;
}

/** The message of a command that writes only the tool's own files. */
export const onlyOwnFilesChange = 'Your files do not change: only .12-factor does.';

/** Returns the last lines of a command that wrote files. `next` has the next steps. */
export function changeClosing(
  plan: Plan,
  manager: PackageManager,
  next: readonly string[],
): readonly string[] {
  const left = conflictsLeft(plan);
  const result = left.length > 0 ? `Written. ${conflictsMessage(left)}` : 'Done.';
  return [result, `To undo: ${runTool(manager)} undo`, ...next];
}

/** Lists the conflicts that the user has to resolve. */
export function conflictsMessage(left: readonly LeftConflict[]): string {
  const places = left.map(({ path, where, why }) =>
    where === '' ? `${path} (${why})` : `${path}:${where}`,
  );
  return `${formatCount(left.length, 'conflict')} left to resolve: ${places.join(', ')}`;
}
