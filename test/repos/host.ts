import type { Files } from '../support/project/repos.ts';

/** A kind of repository that people have, with what its own package.json checks. */
export type Host = {
  readonly name: string;
  /** What it is true to. */
  readonly about: string;
  /** Its files, or the command of its generator, which makes the folder `host`. */
  readonly files?: Files;
  readonly generator?: string;
  /** The folder of the package that gets the agent. By default the top. */
  readonly at?: string;
  /** The package and version of its package manager. By default npm. */
  readonly manager?: string;
  /** Command lines of its own CI, run in the package that gets the agent. */
  readonly checks: readonly string[];
  /** Formats what a person edited. */
  readonly format?: string;
  /** What `add` must say to refuse it. Undefined: it must get the agent. */
  readonly refused?: RegExp;
};

/** The lock files of package managers: an installation changes them, and `undo` installs nothing. */
export const lockFiles = ['package-lock.json', 'pnpm-lock.yaml', 'bun.lock', 'yarn.lock'] as const;
