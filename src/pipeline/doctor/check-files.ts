import type { Decision } from '../decide/decision.ts';
import type { Lock, LockedFile } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import { hash } from '../text/hash.ts';
import { conflictsIn } from '../text/conflict-markers.ts';
import { ownPaths } from '../lock/own-paths.ts';
import { lf } from '../text/line-endings.ts';
import { type Finding, fail, ok } from './finding.ts';

const mostNamed = 2;

/**
 * Checks that every file of the lock has its pristine text, and counts those that are not as they were written; those in
 * the folder `moved` are elsewhere, not deleted.
 */
export function checkBaseCopies(
  lock: Lock,
  project: Project,
  decisions: readonly Decision[],
  moved?: string,
): readonly Finding[] {
  const files = Object.entries(lock.files);
  const lost = files.filter(([, { base }]) => !project.bases.has(base)).map(([path]) => path);
  if (lost.length > 0) return [lostCopies(lost)];
  const counts = [
    [edited(lock, project, decisions).length, 'edited'],
    [deleted(lock, project, moved).length, 'deleted'],
  ] as const;
  const yours = counts.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`);
  const total = files.length === 1 ? '1 file' : `${files.length} files`;
  return [
    ok(`lock and base match (${total})${yours.length === 0 ? '' : `; ${yours.join(', ')} by you`}`),
  ];
}

function lostCopies(paths: readonly string[]): Finding {
  const more = paths.length - mostNamed;
  const named = paths.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const what = `lost or changed: the pristine ${paths.length === 1 ? 'copy' : 'copies'} of ${named}`;
  return fail(
    what,
    `git checkout ${ownPaths.base('').replace(/\/$/, '')} brings back what was committed`,
  );
}

/** Files that are not as they were written, but for those that only a formatter changed. */
function edited(
  { files }: Lock,
  { disk, obstacles }: Project,
  decisions: readonly Decision[],
): readonly string[] {
  const decided = new Map(decisions.map((one) => [one.path, one.edited]));
  const isEdited = (path: string, { written }: LockedFile): boolean => {
    const mine = disk.get(path);
    return mine === undefined
      ? obstacles.has(path)
      : hash(lf(mine)) !== written && decided.get(path) !== false;
  };
  return Object.entries(files).flatMap(([path, file]) => (isEdited(path, file) ? [path] : []));
}

function deleted(
  { files }: Lock,
  { disk, obstacles }: Project,
  moved: string | undefined,
): readonly string[] {
  const isElsewhere = (path: string) => moved !== undefined && path.startsWith(`${moved}/`);
  return Object.keys(files).filter(
    (path) => !disk.has(path) && !obstacles.has(path) && !isElsewhere(path),
  );
}

/** Names the files of ours that still have our conflict markers, with their lines. */
export function checkMarkers(lock: Lock, { disk }: Project): readonly Finding[] {
  return Object.keys(lock.files).flatMap((path) =>
    conflictsIn(disk.get(path) ?? '').map(({ from, to }) =>
      fail(
        `${path}:${from}-${to} still has conflict markers`,
        'make one text of both, then take them out',
      ),
    ),
  );
}

/** Says that the folder of the components is gone; `moved` is the folder that looks like it. */
export function missingFolder(dir: string, moved: string | undefined): Finding {
  return fail(
    `${dir} is not there`,
    moved === undefined
      ? `if you moved it, set "dir" in ${ownPaths.config}`
      : `it looks as if you moved it: set "dir" in ${ownPaths.config} to ${JSON.stringify(moved)}`,
  );
}
