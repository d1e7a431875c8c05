import type { LockedFile } from '../lock/lock-file.ts';
import type { Obstacle, Project } from './project-state.ts';
import type { Role } from '../registry/component.ts';
import type { Wanted, WantedFile } from '../render/wanted.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';

/** One file with its texts; pristine ones as the registry has them. */
export type Open = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  readonly mine: string | undefined;
  readonly obstacle: Obstacle | undefined;
  readonly before: LockedFile | undefined;
  /** Its component was here before this command. */
  readonly isInstalled: boolean;
  /** Its component is another one now than the one that was installed. */
  readonly isNewer: boolean;
  /** Its component goes, and it is not upstream that dropped the file. */
  readonly leaves: boolean;
  /** As we wrote it, or as a formatter of the repo's made it look then. */
  readonly isAsWritten: boolean;
  readonly pristine: { readonly base: string | undefined; readonly theirs: string | undefined };
  readonly renderedBefore?: string | undefined;
  /** What is wired now fits only the text of templates that are not to come yet. */
  readonly isMisfit?: boolean;
};

/** The files to decide: those of what is fresh, renewed or leaves, and those that are rendered. */
export function openFiles(wanted: Wanted, { lock, disk, bases, obstacles }: Project): readonly Open[] {
  const open = (path: string, file: Pick<WantedFile, 'role' | 'owner'>, text: string | undefined): Open => {
    const before = lock?.files[path];
    const mine = disk.get(path);
    return {
      path,
      role: file.role,
      owner: file.owner,
      mine,
      obstacle: obstacles.get(path),
      before,
      isAsWritten: before !== undefined && mine !== undefined && hash(lf(mine)) === before.written,
      leaves: wanted.standing.get(file.owner) === 'leaves',
      isInstalled: lock !== undefined && (Object.hasOwn(lock.components, file.owner) || file.owner === lock.template),
      isNewer: lock?.components[file.owner]?.hash !== wanted.lock.components[file.owner]?.hash,
      pristine: { base: before && bases.get(before.base), theirs: text },
    };
  };
  const paths = new Set(wanted.files.map(({ path }) => path));
  const withdrawn = Object.entries(lock?.files ?? {}).filter(
    ([path, { owner }]) => !paths.has(path) && isWithdrawn(owner, wanted, lock),
  );
  // What no registry has is compared with itself: only the user can have changed it.
  const forlorn = Object.entries(lock?.files ?? {}).filter(
    ([path, { owner, base }]) => !paths.has(path) && wanted.standing.get(owner) === 'stays' && bases.has(base),
  );
  const isOpen = (owner: string) => ['fresh', 'renewed'].includes(wanted.standing.get(owner) ?? 'fresh');
  return [
    ...wanted.files
      .filter(({ owner, role }) => role === 'rendered' || isOpen(owner))
      .map((file) => ({ ...open(file.path, file, file.text), renderedBefore: file.before })),
    ...withdrawn.map(([path, file]) => open(path, file, undefined)),
    ...forlorn.map(([path, file]) => open(path, file, bases.get(file.base))),
  ];
}

/** Whether a file that is not wanted was its component's: a template's seeds stay whatever becomes of it. */
function isWithdrawn(owner: string, { standing }: Wanted, lock: Project['lock']): boolean {
  return Object.hasOwn(lock?.components ?? {}, owner) && standing.get(owner) !== 'stays';
}
