import type { LockedFile } from '../lock/lock-file.ts';
import type { Role } from '../registry/component.ts';
import type { Wanted, WantedFile } from '../render/wanted.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import type { Obstacle, Project } from './project-state.ts';
import type { Versions } from './reconcile.ts';

/** One file to decide, with its texts. `base` and `theirs` become what this repo would write: its imports and format. */
export type FileVersions = Versions & {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** The two texts as the registry has them. */
  readonly pristine: { readonly base: string | undefined; readonly theirs: string | undefined };
  readonly obstacle: Obstacle | undefined;
  /** The lock's entry before this command. */
  readonly before: LockedFile | undefined;
  /** Whether its component was installed before this command. */
  readonly isInstalled: boolean;
  /** Whether its component differs from the installed one. */
  readonly isNewer: boolean;
  /** Whether its component is removed, as opposed to upstream having dropped the file. */
  readonly leaves: boolean;
  /** Whether it is unedited: as the tool wrote it, or as the repo's formatter left it then. */
  readonly isAsWritten: boolean;
  /** A rendered file of a component that is kept: today's template with the wiring of before. */
  readonly renderedBefore?: string | undefined;
  /** Whether the new wiring fits only the templates of a newer version. */
  readonly isMisfit?: boolean;
};

/** Lists the files to decide: those of added, updated and removed components, rendered ones, and orphans. */
export function collectFiles(wanted: Wanted, project: Project): readonly FileVersions[] {
  const { lock, bases } = project;
  const wantedPaths = new Set(wanted.files.map(({ path }) => path));
  const unwanted = Object.entries(lock?.files ?? {}).filter(([path]) => !wantedPaths.has(path));
  const withdrawn = unwanted.filter(([, { owner }]) => isWithdrawn(owner, wanted, project));
  // Files of a component that no registry has are compared with their own base: only the user can have changed them.
  const orphaned = unwanted.filter(
    ([, { owner, base }]) => wanted.actions.get(owner) === 'keep' && bases.has(base),
  );
  const isDecided = ({ owner, role }: WantedFile) =>
    role === 'rendered' || ['add', 'update'].includes(wanted.actions.get(owner) ?? 'add');
  const versions = (
    path: string,
    file: Pick<WantedFile, 'role' | 'owner'>,
    theirs: string | undefined,
  ) => versionsOf({ path, role: file.role, owner: file.owner }, theirs, wanted, project);
  return [
    ...wanted.files
      .filter(isDecided)
      .map((file) => ({ ...versions(file.path, file, file.text), renderedBefore: file.before })),
    ...withdrawn.map(([path, file]) => versions(path, file, undefined)),
    ...orphaned.map(([path, file]) => versions(path, file, bases.get(file.base))),
  ];
}

function versionsOf(
  file: Pick<FileVersions, 'path' | 'role' | 'owner'>,
  theirs: string | undefined,
  wanted: Wanted,
  { lock, disk, bases, obstacles }: Project,
): FileVersions {
  const { path, owner } = file;
  const before = lock?.files[path];
  const mine = disk.get(path);
  const base = before && bases.get(before.base);
  return {
    ...file,
    known: before !== undefined,
    base,
    mine,
    theirs,
    pristine: { base, theirs },
    obstacle: obstacles.get(path),
    before,
    isAsWritten: before !== undefined && mine !== undefined && hash(lf(mine)) === before.written,
    leaves: wanted.actions.get(owner) === 'remove',
    isInstalled:
      lock !== undefined && (Object.hasOwn(lock.components, owner) || owner === lock.template),
    isNewer: lock?.components[owner]?.hash !== wanted.lock.components[owner]?.hash,
  };
}

/** Whether a file that is not wanted belonged to a component that changes. A template's seeds always stay. */
function isWithdrawn(owner: string, { actions }: Wanted, { lock }: Project): boolean {
  return Object.hasOwn(lock?.components ?? {}, owner) && actions.get(owner) !== 'keep';
}
