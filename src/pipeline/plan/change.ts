import type { FileAction } from '../decide/decision.ts';
import type { Role } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';

/** The user's text at its new path, or with imports that follow moved files. */
export type Following = {
  readonly kind: 'move' | 'follow';
  readonly text: string;
  readonly why?: string;
};

/**
 * The change of one file. `role` is `shared` for a file that is edited by key, `own`
 * for a file that the tool keeps for itself, and `user` for any other file of the
 * user.
 */
export type Change = (FileAction | Following) & {
  readonly path: string;
  readonly role: Role | 'shared' | 'own' | 'user';
  /** The component or template; left out for a file that has none. */
  readonly owner?: string;
  /** The text before the change. Of a moved file: at its new path. */
  readonly mine?: string;
  /** The old paths of a file that moves to `path`. */
  readonly from?: readonly string[];
  /** The new path of a file that is deleted because it moves. */
  readonly movedTo?: string;
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
  /** The old path of a moved file, which has the permissions. */
  readonly movedFrom?: string;
};
