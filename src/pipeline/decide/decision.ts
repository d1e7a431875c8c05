import type { Role } from '../registry/component.ts';
import type { LockedFile } from '../lock/lock-file.ts';

/**
 * `theirs` is what overwriting would write, `marked` what markers would; without either nothing can be chosen.
 * `unfinished` says that it waits for the user to take out the markers of the last one.
 */
export type Conflict = {
  readonly kind: 'conflict';
  readonly why: string;
  readonly unfinished?: boolean;
  readonly theirs?: string;
  readonly marked?: string;
};

/** What happens to one file. `why` is there when the user should be told. */
export type FileAction =
  | {
      readonly kind: 'create' | 'take-theirs' | 'merged';
      readonly text: string;
      readonly why?: string;
    }
  | Conflict
  | { readonly kind: 'delete' | 'keep-mine' | 'unchanged'; readonly why?: string };

/** What to do with a conflict. */
export type OnConflict = 'fail' | 'skip' | 'overwrite' | 'markers';

/** One file decided. `theirs` is upstream's pristine text, `before` what the lock says of the file now. */
export type Decision = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  readonly before: LockedFile | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
  /** What we wrote, and what upstream has, as this repo writes it. */
  readonly base: string | undefined;
  readonly here: string | undefined;
  /** By the user, since we wrote it. */
  readonly edited: boolean;
  readonly action: FileAction;
  /** It is to be written with conflict markers. */
  readonly marked?: boolean;
  /** The user keeps theirs. */
  readonly skipped?: boolean;
};
