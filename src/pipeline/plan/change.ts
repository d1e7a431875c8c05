import type { FileAction } from '../decide/decision.ts';
import type { Role } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';

/** `role` is `shared` for a file edited by key, `own` for what the tool keeps for itself. */
export type Change = FileAction & {
  readonly path: string;
  readonly role: Role | 'shared' | 'own';
  /** The component; the file itself where it is nobody's. */
  readonly owner?: string;
  /** What was there. */
  readonly mine?: string;
};

/** Everything that a command will do. `install` lists the packages that package.json gains. */
export type Plan = {
  readonly changes: readonly Change[];
  readonly lock: Lock;
  readonly install: readonly string[];
  /** Packages that package.json loses. */
  readonly uninstall: readonly string[];
  readonly nextSteps: readonly string[];
};

/**
 * One file that a command changes. `before` is the sha256 (hex) of the bytes that the plan saw, `undefined` where there
 * was no file; `text` is what it becomes, `undefined` deletes it.
 */
export type Write = {
  readonly path: string;
  readonly before: string | undefined;
  readonly text: string | undefined;
};
