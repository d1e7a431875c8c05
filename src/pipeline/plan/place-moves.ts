import type { Change } from './change.ts';
import type { Project } from '../decide/project-state.ts';

/**
 * Turns the changes of a project whose moves are made into changes of the files on
 * disk: a moved file is written at its new path and deleted at the old ones, and a
 * file that nothing else changes is written if its imports follow.
 */
export function placeMoves(
  changes: readonly Change[],
  project: Project,
  onDisk: Project,
): readonly Change[] {
  if (project === onDisk) return changes;
  const decided = new Set(changes.map(({ path }) => path));
  const others = Object.entries(project.lock?.files ?? {})
    .filter(([path]) => !decided.has(path))
    .map(([path, { owner, role }]): Change => ({ kind: 'unchanged', path, owner, role }));
  return [...changes, ...others].flatMap((change) =>
    project.moved?.has(change.path)
      ? placeMoved(change, project, onDisk)
      : [placeFollowing(change, project, onDisk)],
  );
}

function placeMoved(change: Change, project: Project, onDisk: Project): readonly Change[] {
  const { path, role, owner } = change;
  const from = project.moved?.get(path) ?? [];
  const mine = project.disk.get(path);
  // The user deleted it.
  if (mine === undefined) return [change];
  const place = owner === undefined ? { path, role } : { path, role, owner };
  const old = from.flatMap((oldPath): readonly Change[] => {
    const text = onDisk.disk.get(oldPath);
    if (text === undefined || oldPath === path) return [];
    return [{ ...place, kind: 'delete', path: oldPath, mine: text, movedTo: path }];
  });
  if ('text' in change) return [{ ...change, from }, ...old];
  const why = change.why ?? (isEdited(change) ? 'your edits are kept' : undefined);
  const moved: Change = { ...place, kind: 'move', text: mine, mine, from };
  return [why === undefined ? moved : { ...moved, why }, ...old];
}

function isEdited({ kind, role }: Change): boolean {
  return kind === 'keep-mine' && role !== 'seed';
}

function placeFollowing(change: Change, project: Project, onDisk: Project): Change {
  const { path, role, owner } = change;
  const [before, after] = [onDisk.disk.get(path), project.disk.get(path)];
  if (before === undefined || after === undefined || before === after) return change;
  if ('text' in change || change.kind === 'delete') return { ...change, mine: before };
  const following: Change = { kind: 'follow', path, role, text: after, mine: before };
  const why = change.why ?? importsFollow;
  return { ...following, why, ...(owner !== undefined && { owner }) };
}

/** The reason for a change of a file that only imports moved files. */
export const importsFollow = 'its imports follow';
