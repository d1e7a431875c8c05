import type { Lock, LockedFile } from '../lock/lock-file.ts';
import type { Role } from '../registry/component.ts';
import type { Wanted, WantedFile } from '../render/wanted.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import type { Obstacle, Project } from './project-state.ts';
import type { Versions } from './reconcile.ts';

/**
 * One file to decide, with its texts. `base` and `theirs` start as the registry has
 * them, and are later adapted to this repo's imports and format.
 */
export type FileVersions = Versions & {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** Both texts as the registry has them. */
  readonly original: { readonly base: string | undefined; readonly theirs: string | undefined };
  readonly obstacle: Obstacle | undefined;
  /** The lock's entry before this command. */
  readonly before: LockedFile | undefined;
  /** Whether the owner was installed before this command. */
  readonly isInstalled: boolean;
  /** Whether the wanted version of the owner differs from the installed one. */
  readonly isNewer: boolean;
  /**
   * Whether the owner is being removed. If not, a missing `theirs` was dropped
   * upstream.
   */
  readonly isRemoved: boolean;
  /**
   * Whether the file is as the tool wrote it, or as the repo's formatter left it at
   * that time.
   */
  readonly isAsWritten: boolean;
  /**
   * The base copy with only the hunks that the user took. Undefined if the user refused none, or
   * if the copy is lost.
   */
  readonly taken?: string | undefined;
  /** Whether the user is asked again about the refused hunks: `base` is then `taken`. */
  readonly isReconsidered?: boolean;
  /** Whether the owner is updated, and not kept in its installed version. */
  readonly isUpdated?: boolean;
  /** The text of a rendered file by the new template, with the installed and the new wiring. */
  readonly rendered?: { readonly before: string; readonly after: string } | undefined;
  /** The old paths of a file that moves to `path`. */
  readonly from?: readonly string[] | undefined;
  /** Whether the new wiring does not fit the installed template of a rendered file. */
  readonly needsOwnerUpdate?: boolean;
};

/**
 * Lists the files to decide: files of components that are added, updated or
 * removed, all rendered files, and files of orphans.
 */
export function collectFiles(wanted: Wanted, project: Project): readonly FileVersions[] {
  return [
    ...collectWanted(wanted, project),
    ...collectWithdrawn(wanted, project),
    ...collectOrphaned(wanted, project),
  ];
}

function collectWanted(wanted: Wanted, project: Project): readonly FileVersions[] {
  const isDecided = ({ owner, role }: WantedFile): boolean =>
    role === 'rendered' || ['add', 'update'].includes(wanted.actions.get(owner) ?? 'add');
  return wanted.files.filter(isDecided).map((file) => {
    const versions = versionsOf(file, file.text, wanted, project);
    const { before, text: after } = file;
    return { ...versions, rendered: before === undefined ? undefined : { before, after } };
  });
}

/**
 * Collects the files of a removed component, and those that a changed one no longer
 * has. A template's seeds always stay.
 */
function collectWithdrawn(wanted: Wanted, project: Project): readonly FileVersions[] {
  const components = project.lock?.components ?? {};
  return unwantedFiles(wanted, project.lock)
    .filter(({ owner }) => Object.hasOwn(components, owner))
    .filter(({ owner }) => wanted.actions.get(owner) !== 'keep')
    .map((file) => versionsOf(file, undefined, wanted, project));
}

/**
 * Collects the files of kept components that no registry has any longer. Their base
 * copy stands for upstream's text.
 */
function collectOrphaned(wanted: Wanted, project: Project): readonly FileVersions[] {
  const { lock, bases } = project;
  return unwantedFiles(wanted, lock)
    .filter(({ owner, base }) => wanted.actions.get(owner) === 'keep' && bases.has(base))
    .map((file) => versionsOf(file, bases.get(file.base), wanted, project));
}

type FileOfLock = LockedFile & { readonly path: string };

function unwantedFiles(wanted: Wanted, lock: Lock | undefined): readonly FileOfLock[] {
  const wantedPaths = new Set(wanted.files.map(({ path }) => path));
  return Object.entries(lock?.files ?? {})
    .filter(([path]) => !wantedPaths.has(path))
    .map(([path, file]) => ({ ...file, path }));
}

function versionsOf(
  { path, role, owner }: Pick<WantedFile, 'path' | 'role' | 'owner'>,
  theirs: string | undefined,
  wanted: Wanted,
  { lock, disk, bases, obstacles, moved }: Project,
): FileVersions {
  const before = lock?.files[path];
  const mine = disk.get(path);
  const base = before && bases.get(before.base);
  return {
    path,
    role,
    owner,
    known: before !== undefined,
    base,
    mine,
    theirs,
    original: { base, theirs },
    taken: before?.taken === undefined ? undefined : bases.get(before.taken),
    obstacle: obstacles.get(path),
    before,
    from: moved?.get(path),
    isAsWritten: before !== undefined && mine !== undefined && hash(lf(mine)) === before.written,
    isUpdated: wanted.actions.get(owner) === 'update',
    isRemoved: wanted.actions.get(owner) === 'remove',
    isInstalled: lock !== undefined && isInstalled(owner, lock),
    isNewer: lock?.components[owner]?.hash !== wanted.lock.components[owner]?.hash,
  };
}

const isInstalled = (owner: string, { components, template }: Lock): boolean =>
  Object.hasOwn(components, owner) || owner === template;
