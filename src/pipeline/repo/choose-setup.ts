import type { PackageManager } from './package-manager.ts';
import type { TargetFolder } from './target-folder.ts';
import { choosePackageManager, type RepoHints } from './detect-tools.ts';
import { relativePath } from '../text/relative-path.ts';

/** How to set up a new project once its files are written. */
export type Setup = {
  readonly manager: PackageManager;
  /** Absolute path of the folder to install in: the project, or the root of its workspace. */
  readonly installIn: string;
  /**
   * Whether the project is below the root of a workspace that does not include it. Always false
   * with pnpm.
   */
  readonly outside: boolean;
  readonly install: boolean;
  /** Whether to create a git repository with a first commit. */
  readonly commit: boolean;
  readonly warnings: readonly string[];
};

/** The user's options for the setup. `userAgent` is `npm_config_user_agent`. */
export type SetupOptions = {
  readonly pm?: string | undefined;
  readonly install: boolean;
  readonly git: boolean;
  readonly userAgent: string | undefined;
};

/** A new project has no file yet that names a package manager. */
const newRepo: RepoHints = { hints: [], yarnLock: undefined };

/**
 * Decides which package manager installs where, and whether to create a git repository.
 * @throws UserError for an unknown package manager
 */
export function chooseSetup(target: TargetFolder, options: SetupOptions): Setup {
  const { workspace, root, gitRoot } = target;
  const isOutside = workspace !== undefined && !workspace.covers;
  const { pm, userAgent } = options;
  const manager = choosePackageManager({ ...newRepo, pm, userAgent, workspace });
  return {
    manager,
    installIn: workspace?.covers ? workspace.root : root,
    // With pnpm a new project gets its own pnpm-workspace.yaml, so it is its own workspace.
    outside: isOutside && manager !== 'pnpm',
    install: options.install,
    commit: options.git && gitRoot === undefined,
    warnings: isOutside ? [outsideWarning(workspace.root, root)] : [],
  };
}

function outsideWarning(workspaceRoot: string, root: string): string {
  const path = relativePath(workspaceRoot, root);
  const problem = `The workspace in ${workspaceRoot} does not include ${path}: add it there.`;
  return `${problem} Until then it installs separately.`;
}
