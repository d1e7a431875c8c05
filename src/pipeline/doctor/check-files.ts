import { type Decision, pathsNow } from '../decide/decision.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import { hash } from '../text/hash.ts';
import { conflictsIn } from '../text/conflict-markers.ts';
import { ownPaths } from '../lock/own-paths.ts';
import { lf } from '../text/line-endings.ts';
import type { IgnoredPath } from '../repo/ignored-paths.ts';
import { ignoredPath, remedy } from '../report/ignored-notes.ts';
import { formatCount } from '../report/format-count.ts';
import { refusedIn } from '../report/refused-in.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const mostNamed = 2;

/**
 * Checks that every file of the lock has its base copy, and counts the edited and deleted files.
 * `moved` is the folder of the components if it is missing: its files do not count as deleted.
 */
export function checkBaseCopies(
  lock: Lock,
  project: Project,
  decisions: readonly Decision[],
  moved?: string,
): readonly Finding[] {
  const files = Object.entries(lock.files);
  const isLost = (sha256: string | undefined) => sha256 !== undefined && !project.bases.has(sha256);
  const lost = files
    .filter(([, { base, taken }]) => isLost(base) || isLost(taken))
    .map(([path]) => path);
  if (lost.length > 0) return [lostCopies(lost)];
  const edited = countEdited(lock, project, decisions);
  const deleted = countDeleted(lock, project, moved);
  const yours: string[] = [];
  if (edited > 0) yours.push(`${edited} edited`);
  if (deleted > 0) yours.push(`${deleted} deleted`);
  const match = `update has what it needs (${formatCount(files.length, 'file')})`;
  if (yours.length === 0) return [ok(match)];
  return [ok(`${match}; ${yours.join(', ')} by you`)];
}

function lostCopies(paths: readonly string[]): Finding {
  const noun = paths.length === 1 ? 'copy' : 'copies';
  const named = paths.slice(0, mostNamed).join(', ');
  const others = paths.length - mostNamed;
  const more = others > 0 ? ` and ${others} more` : '';
  const folder = ownPaths.base('').replace(/\/$/, '');
  return fail(
    `lost or changed: the base ${noun} of ${named}${more}`,
    `git checkout ${folder} restores what was committed`,
  );
}

/** Counts the files that differ from what the tool wrote, except those only formatted. */
function countEdited(
  { files }: Lock,
  { disk, obstacles }: Project,
  decisions: readonly Decision[],
): number {
  const decided = new Map(
    decisions.flatMap((one) => pathsNow(one).map((path) => [path, one.edited] as const)),
  );
  const edited = Object.entries(files).filter(([path, { written }]) => {
    const mine = disk.get(path);
    // A link or a folder at the path counts as an edit.
    if (mine === undefined) return obstacles.has(path);
    return hash(lf(mine)) !== written && decided.get(path) !== false;
  });
  return edited.length;
}

function countDeleted(
  { files }: Lock,
  { disk, obstacles }: Project,
  moved: string | undefined,
): number {
  const isMoved = (path: string) => moved !== undefined && path.startsWith(`${moved}/`);
  const deleted = Object.keys(files).filter(
    (path) => !disk.has(path) && !obstacles.has(path) && !isMoved(path),
  );
  return deleted.length;
}

/** Names the hunks that the user refused. They are the user's choice, and no problem. */
export function checkRefused(decisions: readonly Decision[]): readonly Finding[] {
  return refusedIn(decisions).map(({ path, hunks }) =>
    warn(`${formatCount(hunks, 'refused hunk')} in ${path}`, 'diff shows what upstream has'),
  );
}

/** Names the files of the lock that still have our conflict markers, with the lines of each. */
export function checkMarkers(lock: Lock, { disk }: Project): readonly Finding[] {
  return Object.keys(lock.files).flatMap((path) =>
    conflictsIn(disk.get(path) ?? '').map(({ from, to }) =>
      fail(
        `${path}:${from}-${to} still has conflict markers`,
        'merge both versions, then remove the markers',
      ),
    ),
  );
}

/**
 * Reports that the folder of the components is missing. `moved` is the folder that it was probably
 * moved to.
 */
export function missingFolder(dir: string, moved: string | undefined): Finding {
  const what = `${dir} does not exist`;
  const setting = `set "dir" in ${ownPaths.config}`;
  if (moved === undefined) return fail(what, `if you moved it, ${setting}`);
  return fail(what, `it looks as if you moved it: ${setting} to ${JSON.stringify(moved)}`);
}

/** Returns the files on disk that a clone needs: the copied ones, and the tool's own. */
export function filesForClones({ files }: Lock, { disk, bases }: Project): readonly string[] {
  const own = [ownPaths.lock, ownPaths.config, ownPaths.attributes];
  const present = [...Object.keys(files), ...own].filter((path) => disk.has(path));
  return [...present, ...[...bases.keys()].map(ownPaths.base)];
}

/** Reports the files that git ignores: neither a build nor an update works in a clone. */
export function checkIgnored(ignored: readonly IgnoredPath[]): readonly Finding[] {
  return ignored.map((one) => fail(`${ignoredPath(one)}: a clone lacks it`, remedy(one)));
}
