import { relative } from 'node:path';
import { type PackageManager, startedBy, parsePackageManager } from './package-manager.ts';
import type { TargetFolder } from './target-folder.ts';
import { whichYarn } from './detect-tools.ts';

/** What follows once the files are there. */
export type Setup = {
  readonly manager: PackageManager;
  /** Absolute: the project, or the root of the workspace that it belongs to. */
  readonly installIn: string;
  /** Whether a workspace around the project does not take it in. */
  readonly outside: boolean;
  readonly install: boolean;
  readonly commit: boolean;
  readonly warnings: readonly string[];
};

/** What the user said about it; `userAgent` is `npm_config_user_agent`. */
export type SetupOptions = {
  readonly pm?: string | undefined;
  readonly install: boolean;
  readonly git: boolean;
  readonly userAgent: string | undefined;
};

/** Decides which package manager installs where, and whether a repository is made. @throws UserError */
export function chooseSetup(place: TargetFolder, wishes: SetupOptions): Setup {
  const { workspace, root, gitRoot } = place;
  const outside = workspace !== undefined && !workspace.covers;
  const manager = managerOf([workspace?.manager, startedBy(wishes.userAgent)], wishes.pm);
  const path = workspace && relative(workspace.root, root).replaceAll('\\', '/');
  return {
    manager,
    installIn: workspace && !outside ? workspace.root : root,
    // A new project of pnpm's is a workspace of its own.
    outside: outside && manager !== 'pnpm',
    install: wishes.install,
    commit: wishes.git && gitRoot === undefined,
    warnings: outside
      ? [
          `The workspace in ${workspace.root} does not take in ${path}: add it there. Until then it installs alone.`,
        ]
      : [],
  };
}

/** `told` is what tells of one, nearest first. */
function managerOf(
  told: readonly (PackageManager | undefined)[],
  pm: string | undefined,
): PackageManager {
  if (pm === undefined) return told.find((manager) => manager !== undefined) ?? 'npm';
  const manager = parsePackageManager(pm);
  return manager === 'yarn' ? whichYarn(told) : manager;
}
