import type { FileAction } from '../decide/decision.ts';
import type { Role } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';

/**
 * The change of one file. `role` is `shared` for a file that is edited by key, and
 * `own` for a file that the tool keeps for itself.
 */
export type Change = FileAction & {
  readonly path: string;
  readonly role: Role | 'shared' | 'own';
  /** The component or template; left out for a file that has none. */
  readonly owner?: string;
  /** The text before the change. */
  readonly mine?: string;
};

/** All changes of a command. */
export type Plan = {
  readonly changes: readonly Change[];
  readonly lock: Lock;
  /** The packages that package.json gains, as `name@range`. */
  readonly install: readonly string[];
  /** The names of the packages that package.json loses. */
  readonly uninstall: readonly string[];
  readonly nextSteps: readonly string[];
};

/** One file that a transaction writes or deletes. */
export type Write = {
  readonly path: string;
  /** The sha256 (hex) that the file must have now. Undefined if there must be no file. */
  readonly before: string | undefined;
  /** Undefined deletes the file. */
  readonly content: string | Uint8Array | undefined;
  /** The permissions. By default those of the old file, or of any new file. */
  readonly mode?: number;
};
