import type { Merge } from '../text/merge.ts';
import type { Obstacle } from './project-state.ts';
import type { FileAction } from './decision.ts';
import { hasMarkers } from '../text/conflict-markers.ts';
import type { FileVersions } from './collect-files.ts';
import type { Versions } from './reconcile.ts';
import { reconcileRefused, type Reconciled, uncounted } from './refused-hunks.ts';
import { same } from '../text/line-endings.ts';

/**
 * Chooses the action for a file, from its role and the lock first, then from its
 * three texts.
 */
export async function chooseAction(file: FileVersions, merge: Merge): Promise<Reconciled> {
  const unmerged = chooseWithoutMerge(file);
  if (unmerged) return uncounted(unmerged, file);
  const { action, ...rest } = await reconcileRefused(file, merge);
  // The user's text already has upstream's change.
  if (action.kind === 'merged' && action.text === file.mine)
    return { ...rest, action: { kind: 'keep-mine' } };
  if (!file.needsOwnerUpdate) return { ...rest, action };
  return { ...rest, action: requireOwnerUpdate(file, action) };
}

/**
 * Returns the action for a file that is never merged, or undefined for any other
 * file.
 */
function chooseWithoutMerge(file: FileVersions): FileAction | undefined {
  const { role, obstacle, before, mine, theirs, isRemoved } = file;
  if (obstacle?.isMoving && theirs !== undefined) return { kind: 'conflict', why: obstacle.why };
  if (before?.declined) return { kind: 'keep-mine' };
  if (role === 'seed' && theirs !== undefined) return chooseForSeed(file);
  if (role === 'seed' && !isRemoved) return keepDroppedSeed(mine);
  if (obstacle) return chooseForObstacle(obstacle, file);
  if (hasOldMarkers(file)) return keepMarkers(file);
  return undefined;
}

/**
 * A seed is written once. After that it belongs to the user, even if the user
 * deleted it.
 */
function chooseForSeed(file: FileVersions): FileAction {
  const { known, mine, theirs, obstacle, isInstalled } = file;
  if (known) return keepSeed(file);
  if (mine === undefined && theirs !== undefined && !obstacle)
    return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  // The user was told when the component was added.
  if (isInstalled) return { kind: 'keep-mine' };
  return { kind: 'keep-mine', why: 'it already existed' };
}

function keepSeed({ base, mine, theirs, isNewer }: FileVersions): FileAction {
  const hasNewVersion = !same(base, theirs) && !same(mine, theirs);
  if (!isNewer || mine === undefined || !hasNewVersion) return { kind: 'keep-mine' };
  return { kind: 'keep-mine', why: 'upstream has a new version; yours stays' };
}

function keepDroppedSeed(mine: string | undefined): FileAction {
  if (mine === undefined) return { kind: 'unchanged' };
  return { kind: 'keep-mine', why: 'removed upstream; it is your file now' };
}

function chooseForObstacle(obstacle: Obstacle, { known, base, theirs }: Versions): FileAction {
  const { why, hash } = obstacle;
  if (theirs === undefined) return { kind: 'keep-mine', why };
  if (known && same(base, theirs)) return { kind: 'keep-mine' };
  if (hash === undefined) return { kind: 'conflict', why };
  return { kind: 'conflict', why, theirs };
}

/**
 * Whether the file has conflict markers of an earlier update, and upstream still
 * has the file.
 */
export function hasOldMarkers({ before, mine, theirs }: FileVersions): boolean {
  if (!before?.conflicted || mine === undefined || theirs === undefined) return false;
  return hasMarkers(mine);
}

function keepMarkers({ base, theirs }: Versions): FileAction {
  if (same(base, theirs)) return { kind: 'keep-mine' };
  const why = 'it still has the conflict markers of the last update';
  return { kind: 'conflict', why, unfinished: true };
}

/**
 * Turns a write into a conflict. Writing would also bring upstream's other changes,
 * which the user did not ask for and which may need files that are not installed.
 */
function requireOwnerUpdate({ owner }: FileVersions, action: FileAction): FileAction {
  const why = `the new wiring does not fit the installed version: update ${owner} first`;
  if ('text' in action) return { kind: 'conflict', why, theirs: action.text };
  return action.kind === 'conflict' ? { ...action, why } : action;
}
