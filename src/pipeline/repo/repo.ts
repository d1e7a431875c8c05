import type { PackageManager } from './package-manager.ts';

/** How the copied files import each other: `.ts` as they are, `.js`, or without an extension. */
export type Specifiers = '.ts' | '.js' | '';

/** A repo of several packages around the project; `covers` says whether it takes the project in. */
export type Workspace = {
  readonly root: string;
  readonly covers: boolean;
  /** Told by its lock file or its package.json. */
  readonly manager: PackageManager | undefined;
};

/** A TypeScript repo that exists: all that adding needs to know of it. */
export type Repo = {
  /** Absolute: the nearest folder with a package.json. */
  readonly root: string;
  /** The nearest folder upwards, itself included, with a `.git`. */
  readonly gitRoot: string | undefined;
  /** The workspace around the root. */
  readonly workspace: Workspace | undefined;
  /** The packages of the workspace that the root itself is the root of, relative to it; none where it is no such root. */
  readonly packages: readonly string[];
  readonly manager: PackageManager;
  /** Where components' files go, relative to the root. */
  readonly dir: string;
  readonly specifiers: Specifiers;
  /** Where an import of this name leads by the tsconfig's `paths`: paths from the root, the likeliest first. */
  readonly aliases: (name: string) => readonly string[];
  /** What TypeScript takes the copied files for. */
  readonly moduleFormat: 'esm' | 'commonjs';
  /** Settings to change before the copied code type-checks, as sentences. */
  readonly notes: readonly string[];
  /** Whether it can run the components' tests. */
  readonly tests: boolean;
  /** What is configured and installed. */
  readonly formatter: 'prettier' | 'biome' | undefined;
};
