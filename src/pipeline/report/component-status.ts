import semver from 'semver';
import type { Catalogue } from '../resolve/catalogue.ts';
import { type Decision, pathsNow, shownPath } from '../decide/decision.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Release } from '../registry/component.ts';
import type { Wanted } from '../render/wanted.ts';
import { conflictsIn } from '../text/conflict-markers.ts';
import { refusedIn, type RefusedFile } from './refused-in.ts';

/** The state of one owner's files: the user's changes, and those of upstream since. */
export type Status = {
  readonly name: string;
  readonly you: 'as it was' | 'edited' | 'deleted' | 'edited and deleted';
  readonly upstream: 'as it was' | 'newer' | 'gone';
  /** The releases since the installed one, the newest first. */
  readonly news: readonly Release[];
  readonly edited: readonly string[];
  readonly deleted: readonly string[];
  /** Files that still have conflict markers from an update. */
  readonly unfinished: readonly string[];
  /** Files with hunks of upstream that the user refused. */
  readonly refused: readonly RefusedFile[];
  /** Files of the user's own, where the component would have its. They are not compared. */
  readonly declined: readonly string[];
  /** Files that an update moves, each as `old → new`. */
  readonly moves: readonly string[];
};

/**
 * Returns the status of everything installed: first the components, then the template. `wanted` and
 * `decisions` are those of an update of all of it.
 */
export function statusOf(
  lock: Lock,
  catalogue: Catalogue,
  wanted: Wanted,
  decisions: readonly Decision[],
): readonly Status[] {
  const installed = decisions.filter(({ before }) => before !== undefined);
  const owners = new Set([...Object.keys(lock.components), ...decisions.map(({ owner }) => owner)]);
  return [...owners].map((name): Status => {
    const files = installed.filter(({ owner }) => owner === name);
    const edited = pathsOf(files.filter(isEdited));
    const deleted = pathsOf(files.filter(isDeleted));
    const moves = files.filter(({ from }) => from !== undefined).map(shownPath);
    const isReplaced = wanted.actions.get(name) === 'remove';
    const isNewer =
      hasNewContent(name, lock, wanted) ||
      files.some((file) => isRewired(file) || isTakenNow(file)) ||
      moves.length > 0;
    return {
      name,
      you: userState(edited.length > 0, deleted.length > 0),
      upstream: upstreamState(catalogue.orphans.has(name) && !isReplaced, isNewer || isReplaced),
      news: isNewer ? releasesSince(name, lock, catalogue) : [],
      edited,
      deleted,
      unfinished: pathsOf(files.filter(hasConflictMarkers)),
      refused: refusedIn(files),
      declined: pathsOf(files.filter(({ before, mine }) => before?.declined && mine !== undefined)),
      moves,
    };
  });
}

const pathsOf = (files: readonly Decision[]): readonly string[] => files.flatMap(pathsNow);

/** A link, or bytes that are not text, in the place of a file are an edit. */
function isEdited({ edited, obstacle }: Decision): boolean {
  return edited || obstacle !== undefined;
}

function isDeleted({ mine, obstacle }: Decision): boolean {
  return mine === undefined && obstacle === undefined;
}

function hasConflictMarkers({ mine }: Decision): boolean {
  return mine !== undefined && conflictsIn(mine).length > 0;
}

function hasNewContent(name: string, lock: Lock, wanted: Wanted): boolean {
  const before = lock.components[name];
  return before !== undefined && wanted.lock.components[name]?.hash !== before.hash;
}

/** Whether the wiring changes a rendered file. Its own component may be unchanged. */
function isRewired({ role, action }: Decision): boolean {
  return role === 'rendered' && ['take-theirs', 'merged', 'conflict'].includes(action.kind);
}

/** Whether a hunk that the user refused would be taken now: it is not in conflict any longer. */
function isTakenNow({ before, action }: Decision): boolean {
  return before?.taken !== undefined && 'text' in action;
}

function userState(hasEdits: boolean, hasDeletions: boolean): Status['you'] {
  if (hasEdits && hasDeletions) return 'edited and deleted';
  if (hasEdits) return 'edited';
  if (hasDeletions) return 'deleted';
  return 'as it was';
}

function upstreamState(isOrphan: boolean, isNewer: boolean): Status['upstream'] {
  if (isOrphan) return 'gone';
  if (isNewer) return 'newer';
  return 'as it was';
}

function releasesSince(name: string, lock: Lock, catalogue: Catalogue): readonly Release[] {
  const before = lock.components[name];
  const component = catalogue.components.find((one) => one.name === name);
  if (!before || !component) return [];
  return component.changes.filter(({ version }) => isAfter(version, before.version));
}

function isAfter(version: string, other: string): boolean {
  const areVersions = semver.valid(version) !== null && semver.valid(other) !== null;
  return areVersions && semver.gt(version, other);
}

/** Whether an owner has an update, or conflict markers from the last one. */
export function hasNews({ upstream, unfinished }: Status): boolean {
  return upstream === 'newer' || unfinished.length > 0;
}
