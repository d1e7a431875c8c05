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

/**
 * One write of a command. `before` is the sha256 (hex) of the bytes that the plan
 * is based on, undefined if there was no file. `text` is the new content, undefined
 * to delete the file.
 */
export type Write = {
  readonly path: string;
  readonly before: string | undefined;
  readonly text: string | undefined;
};
