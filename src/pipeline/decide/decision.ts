import type { Role } from '../registry/component.ts';
import type { LockedFile } from '../lock/lock-file.ts';
import type { Part } from '../text/merge.ts';
import { sidesOf, type Sides } from '../text/take-side.ts';

/**
 * A file that the tool cannot decide. `theirs` is the text that overwriting would
 * write. Without `theirs` the user has no choice. `unfinished` means that the file
 * still has the conflict markers of an earlier update. With `sides` the user chooses
 * for the conflicting hunks alone; without it for the whole file.
 */
export type Conflict = {
  readonly kind: 'conflict';
  readonly why: string;
  readonly unfinished?: boolean;
  readonly theirs?: string;
  readonly sides?: Sides;
};

/** The action for one file. It has a `why` if the user should be told about it. */
export type FileAction =
  | {
      readonly kind: 'create' | 'take-theirs' | 'merged';
      readonly text: string;
      readonly why?: string;
    }
  | Conflict
  | {
      readonly kind: 'keep-mine';
      readonly why?: string;
      /** Whether upstream has changes that the user's file will not have. */
      readonly isBehind?: true;
    }
  | { readonly kind: 'delete' | 'unchanged'; readonly why?: string };

/** How to resolve conflicts; `fail` writes nothing. */
export type OnConflict = 'fail' | 'skip' | 'overwrite' | 'markers';

/**
 * The hunks of upstream that the user refused: those in which `taken` and the user's text do not
 * merge with upstream's.
 */
export type Refused = {
  /** The base copy with only the hunks that were taken, in this repo's imports and format. */
  readonly taken: string | undefined;
  /** The sha256 (hex) of its copy beside the lock. */
  readonly hash: string;
  /** How many there are. 0 if they cannot be counted now: the file is a link, for example. */
  readonly hunks: number;
  /** The sha256 (hex) of the user's text when they were counted, with LF. */
  readonly mine?: string;
  /** Whether the whole file was skipped because it could not be merged. */
  readonly unmerged?: true;
};

/** The decision for one file, with the texts that led to it. */
export type Decision = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** The lock's entry before this command. */
  readonly before: LockedFile | undefined;
  readonly mine: string | undefined;
  /** Names a thing at the path that is no text, such as a link. `mine` is then undefined. */
  readonly obstacle?: string;
  /** Upstream's text as the registry has it. */
  readonly theirs: string | undefined;
  /** The base copy with this repo's imports and format. */
  readonly base: string | undefined;
  /** Upstream's text with this repo's imports and format. */
  readonly adaptedTheirs: string | undefined;
  /** Whether the user edited the file after the tool wrote it. */
  readonly edited: boolean;
  readonly action: FileAction;
  /** The old paths of a file that moves to `path`. */
  readonly from?: readonly string[];
  /** Whether the file will be written with conflict markers. */
  readonly marked?: boolean;
  /** Whether the user keeps their own lines in a conflict. */
  readonly skipped?: boolean;
  /** Whether skipping the conflict leaves a rendered file without the new wiring. */
  readonly leavesWiring?: boolean;
  readonly refused?: Refused;
};

/** Returns the paths at which a file is on disk before the command. */
export function pathsNow({ path, from }: Decision): readonly string[] {
  return from ?? [path];
}

/** A path, and for a moved file its old paths: several if files were folded. */
export type MovablePath = { readonly path: string; readonly from?: readonly string[] };

/** Returns a path as it is shown: `old → new` for a moved file. */
export function shownPath({ path, from }: MovablePath): string {
  return from ? `${from.join(', ')} → ${path}` : path;
}

/**
 * Builds a conflict in which the user can choose. `parts` are those of the merge; without them the
 * choice is for the whole file.
 */
export function conflictOf(
  why: string,
  { mine, theirs }: { readonly mine: string; readonly theirs: string },
  parts: readonly Part[] | undefined,
): Conflict {
  const whole: Conflict = { kind: 'conflict', why, theirs };
  if (parts === undefined) return whole;
  const sides = sidesOf(parts, { mine, theirs });
  return { ...whole, sides, theirs: sides.upstream };
}
