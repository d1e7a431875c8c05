import type { Decision } from '../decide/decision.ts';
import type { Catalogue } from '../resolve/catalogue.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Move } from '../moves/find-moves.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import type { Plan } from '../plan/change.ts';
import type { FileBehind } from '../plan/files-behind.ts';
import { conflictsLeft, type LeftConflict } from './describe-plan.ts';
import { isReported, isWritten } from '../plan/writes.ts';
import { formatCount } from './format-count.ts';
import { refusedIn, type RefusedFile } from './refused-in.ts';

/** Returns a sentence for each orphan that stays. */
export function orphanNotes(
  lock: Lock,
  { orphans }: Catalogue,
  next: Pick<Lock, 'components'>,
): readonly string[] {
  const kept = [...orphans].filter((name) => Object.hasOwn(next.components, name));
  return kept.map(
    (name) => `${name} was not found in ${lock.components[name]?.source}: it stays as it is.`,
  );
}

/** Returns a sentence for each import of a file that will be deleted: `[importing, imported]`. */
export function danglingNotes(all: readonly (readonly [string, string])[]): readonly string[] {
  return all.map(
    ([importing, imported]) => `${importing} imports ${imported}, which will be deleted.`,
  );
}

/** Returns a sentence for each file that stays behind while files near it change. */
export function behindNotes(behind: readonly FileBehind[]): readonly string[] {
  return behind.flatMap(({ path, state, changed: [first, ...more] }) => {
    if (first === undefined) return [];
    if (more.length === 0) return [`${path} ${state}; ${first} changed with it: check it.`];
    return [`${path} ${state}; ${first} and ${more.length} more changed with it: check them.`];
  });
}

/** Returns a sentence for each file that still names moved files by their old paths. */
export function leftNotes(
  all: readonly (readonly [path: string, old: readonly string[]])[],
): readonly string[] {
  return all.map(([path, old]) => `${path} still names ${old.join(', ')}: change it by hand.`);
}

/** Returns a sentence for each component that an update installs, as it has files that moved. */
export function takerNotes(
  moves: readonly Move[],
  { components: before }: Lock,
  { components: after }: Pick<Lock, 'components'>,
): readonly string[] {
  const added = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  const replaced = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const takersOf = (giver: string) =>
    moves.filter(({ givers }) => givers.includes(giver)).map(({ taker }) => taker);
  const giversOf = (taker: string) =>
    moves.filter((move) => move.taker === taker).flatMap(({ givers }) => givers);
  return [
    ...added
      .filter((name) => giversOf(name).length > 0)
      .map((name) => `Adds ${name}: it has files that were in ${listOf(giversOf(name))}.`),
    ...replaced
      .filter((name) => takersOf(name).length > 0)
      .map((name) => `${name} is now part of ${listOf(takersOf(name))}.`),
  ];
}

function listOf(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
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
  behind: readonly FileBehind[],
  manager: PackageManager,
  next: readonly string[],
): readonly string[] {
  const left = conflictsLeft(plan);
  const result = left.length > 0 ? `Written. ${conflictsMessage(left)}` : closing(behind);
  return [result, `To undo: ${runTool(manager)} undo`, ...next];
}

/** Names the files that stay behind. */
function closing(behind: readonly FileBehind[]): string {
  if (behind.length === 0) return 'Done.';
  const paths = behind.map(({ path }) => path).join(', ');
  return `Written. Without all of upstream’s changes: ${paths}`;
}

/** Names the hunks that the user refused, and in a dry run those that would be refused. */
export function refusedNotes(decisions: readonly Decision[], dryRun: boolean): readonly string[] {
  const planned = dryRun ? decisions.filter(({ skipped }) => skipped) : [];
  const refused = refusedIn(decisions.filter((one) => !planned.includes(one)));
  const notes: string[] = [];
  if (refused.length > 0) notes.push(`You refused ${hunksOf(refused)}`);
  const wouldBe = refusedIn(planned);
  if (wouldBe.length > 0) notes.push(`Would be refused: ${hunksOf(wouldBe)}`);
  return notes;
}

function hunksOf(refused: readonly RefusedFile[]): string {
  const total = refused.reduce((sum, { hunks }) => sum + hunks, 0);
  const places = refused.map(({ path, hunks }) => (hunks > 1 ? `${path} (${hunks})` : path));
  return `${formatCount(total, 'hunk')} of upstream: ${places.join(', ')}`;
}

/** Lists the conflicts that the user has to resolve. */
export function conflictsMessage(left: readonly LeftConflict[]): string {
  const places = left.map(({ path, where, why }) =>
    where === '' ? `${path} (${why})` : `${path}:${where}`,
  );
  const count = left.flatMap(({ where }) => where.split(', ')).length;
  return `${formatCount(count, 'conflict')} left to resolve: ${places.join(', ')}`;
}
