/** Where a case plays: a repo deep inside a folder whose every other file is watched. */
export type Arena = {
  readonly root: string;
  readonly outside: string;
  /** A good registry, to be spoilt. */
  readonly registry: string;
};

/** Something hostile in a repo, a registry or a flag. `refused` where nothing else will do. */
export type Vector = {
  readonly name: string;
  readonly refused: boolean;
  /** Prepares the arena; the commands to run in it. */
  readonly prepare: (arena: Arena) => Promise<readonly (readonly string[])[]>;
};

/** The text that the watched files have, so that a lock can claim them. */
export const canary = 'canary\n';
