import type { Role } from '../registry/component.ts';
import type { Needs } from '../registry/needs.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import type { PackageManager } from '../repo/package-manager.ts';
import type { ComponentAction } from '../resolve/request.ts';

/** A file that the project should have. */
export type WantedFile = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** The text before its imports and its format are adapted to the repo. */
  readonly text: string;
  /**
   * The same file rendered from the current wiring. Only for a rendered file of an installed
   * project whose owner is kept or updated.
   */
  readonly before?: string;
};

/**
 * The texts that the project should have. The sets of names hold packages, scripts, variables and
 * lines of `.gitignore`.
 */
export type Wanted = {
  readonly files: readonly WantedFile[];
  /** The first texts of shared files, by path. Empty for an existing project. */
  readonly initialTexts: ReadonlyMap<string, string>;
  /** The name in a new package.json. Undefined for an existing project. */
  readonly name: string | undefined;
  /** The needs of the owners that are added or updated. */
  readonly needs: Needs;
  /** Names that an added owner needs. They are added even if the user removed them before. */
  readonly newNames: ReadonlySet<string>;
  /** Names that a kept owner needs too. An update must not change their values. */
  readonly namesInUse: ReadonlySet<string>;
  /** Names that any owner needs. They are never removed. */
  readonly keepNames: ReadonlySet<string>;
  /** Names that may be removed. Undefined if all may be. */
  readonly removableNames: ReadonlySet<string> | undefined;
  readonly config: Config;
  /** The next lock, without the parts that are known only after planning. */
  readonly lock: Omit<Lock, 'files' | 'contributed'>;
  /** The action for each owner, by name. */
  readonly actions: ReadonlyMap<string, ComponentAction>;
  /** May hold `{script:<name>}`: package.json then tells how to run the script. */
  readonly nextSteps: readonly string[];
  readonly manager: PackageManager;
};
