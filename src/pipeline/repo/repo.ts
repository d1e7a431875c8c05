import type { NodeVersions } from './node-versions.ts';
import type { PackageManager } from './package-manager.ts';
import type { VersionCatalogs } from './version-catalogs.ts';
import type { ZodImport } from './zod-import.ts';

/** The extension in the imports of copied files: `.ts`, `.js` or none. */
export type Specifiers = '.ts' | '.js' | '';

/** A workspace whose root is above the project. `covers`: the project is one of its packages. */
export type Workspace = {
  /** Absolute. */
  readonly root: string;
  readonly covers: boolean;
  /** The package manager that its lock file or its package.json names. */
  readonly manager: PackageManager | undefined;
};

/**
 * Whether the components' tests belong into a repo: it has vitest, which runs them where they would
 * be, and its build leaves them alone. `why` completes "Left out the tests: …".
 */
export type TestSupport =
  { readonly kind: 'run' | 'no vitest' } | { readonly kind: 'left out'; readonly why: string };

/** An existing TypeScript repo, as far as the commands need to know it. */
export type Repo = {
  /** Absolute path of the nearest folder with a package.json. */
  readonly root: string;
  /** The nearest folder with a `.git`, from the root upwards. */
  readonly gitRoot: string | undefined;
  /** The workspace above the root. */
  readonly workspace: Workspace | undefined;
  /** The packages of the workspace that has its root here, relative to it. Often none. */
  readonly packages: readonly string[];
  readonly manager: PackageManager;
  /** The folder of the components, relative to the root. */
  readonly dir: string;
  readonly specifiers: Specifiers;
  /**
   * Resolves an import through the `paths` of the tsconfig. Returns paths relative to the root, the
   * most likely first.
   */
  readonly aliases: (name: string) => readonly string[];
  /** The module format that TypeScript compiles the copied files to. */
  readonly moduleFormat: 'esm' | 'commonjs';
  /** Settings to change before the copied files type-check, one sentence per setting. */
  readonly notes: readonly string[];
  /** A sentence about the tsconfig that leaves out the copied files. */
  readonly coverage: readonly string[];
  /** A sentence about a version of TypeScript that is too old. */
  readonly typescript: string | undefined;
  /** The version catalogs of the workspace, or of the repo itself. */
  readonly catalogs: VersionCatalogs;
  readonly zodImport: ZodImport;
  /**
   * The range to add for `@types/node` if package.json has none: that of the workspace root or of
   * the installed version, so that there is no second version.
   */
  readonly nodeTypes: string | undefined;
  readonly tests: TestSupport;
  readonly node: NodeVersions;
  /** The formatter that is configured and installed. */
  readonly formatter: 'prettier' | 'biome' | 'oxfmt' | 'dprint' | undefined;
};
