import {
  type PackageManager,
  managerFromLockFile,
  managerFromName,
  managerFromSettings,
  managerFromUserAgent,
  parsePackageManager,
  yarnOf,
} from './package-manager.ts';
import type { Repo, Workspace } from './repo.ts';
import { fieldOf } from './field-of.ts';

/** The fields of a package.json, unchecked. */
export type PackageJson = Readonly<Record<string, unknown>>;

/** The entries of a folder, and its package.json. */
export type FolderHints = {
  readonly entries: readonly string[];
  readonly packageJson?: PackageJson | undefined;
};

/** The files of a repo that name its package manager. */
export type RepoHints = {
  /** The folders of the repo from the package to its root, the nearest first. */
  readonly hints: readonly FolderHints[];
  /** The text of the nearest `yarn.lock`. */
  readonly yarnLock: string | undefined;
};

/** Everything that can name the package manager. */
export type PackageManagerHints = RepoHints & {
  readonly pm?: string | undefined;
  readonly workspace?: Pick<Workspace, 'manager' | 'covers'> | undefined;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
};

/**
 * Chooses the package manager: `--pm`, else the one of the workspace that includes the package, of
 * the repo, of another workspace above, of the process that started this one, or npm.
 * @throws UserError for an unknown `pm`
 */
export function choosePackageManager(given: PackageManagerHints): PackageManager {
  const { pm, workspace, userAgent } = given;
  const started = managerFromUserAgent(userAgent);
  const around = workspace?.manager;
  if (pm === undefined) {
    // A lock file in a package of a workspace is left over: the one in use is at the root.
    const covering = workspace?.covers ? around : undefined;
    return covering ?? detectPackageManager(given) ?? around ?? started ?? 'npm';
  }
  const manager = parsePackageManager(pm);
  return manager === 'yarn' ? chooseYarn([detectYarn(given), around, started]) : manager;
}

/**
 * Detects the package manager of a repo. In the nearest folder that names one, package.json counts
 * before a lock file. Settings files count only if no folder has either.
 */
export function detectPackageManager(given: RepoHints): PackageManager | undefined {
  const { hints } = given;
  const named = firstOf(
    hints.map(({ entries, packageJson }) => {
      return firstOf(declaredManagers(packageJson)) ?? managerFromLockFile(entries);
    }),
  );
  const manager = named ?? firstOf(hints.map(({ entries }) => managerFromSettings(entries)));
  return manager === 'yarn' ? chooseYarn([detectYarn(given)]) : manager;
}

function firstOf<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  return values.find((value) => value !== undefined);
}

/** Returns the first yarn among the detected package managers, by default the modern one. */
function chooseYarn(found: readonly (PackageManager | undefined)[]): PackageManager {
  return found.find((manager) => manager === 'yarn' || manager === 'yarn-classic') ?? 'yarn';
}

/**
 * Detects which yarn a repo uses: by the version in package.json, a file that only the modern one
 * has, or the format of the lock file.
 */
function detectYarn({ hints, yarnLock }: RepoHints): PackageManager | undefined {
  const declared = hints
    .flatMap(({ packageJson }) => declarations(packageJson))
    .map(([name, version]) => (name === 'yarn' ? yarnOf(version) : undefined));
  const yarn = firstOf(declared);
  if (yarn) return yarn;
  const names = hints.flatMap(({ entries }) => entries);
  if (names.includes('.yarnrc.yml') || names.includes('.pnp.cjs')) return 'yarn';
  if (yarnLock === undefined) return undefined;
  return yarnLock.includes('# yarn lockfile v1') ? 'yarn-classic' : 'yarn';
}

function declaredManagers(packageJson: PackageJson | undefined) {
  return declarations(packageJson).map(([name, version]) => managerFromName(name, version));
}

type Declaration = readonly [name: string | undefined, version: string | undefined];

/** Reads `packageManager`, such as `pnpm@10.1.0+sha512...`, and `devEngines.packageManager`. */
function declarations({ packageManager, devEngines }: PackageJson = {}): readonly Declaration[] {
  const field = typeof packageManager === 'string' ? packageManager.split('@') : [];
  const engines = [fieldOf(devEngines, 'packageManager')].flat();
  return [
    [field[0], field[1]],
    ...engines.map((one) => [textOf(one, 'name'), textOf(one, 'version')] as const),
  ];
}

function textOf(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

const dependencyFields = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
];

/** Returns the range of a package, from the first kind of dependency that has it. */
export function dependencyRange(packageJson: PackageJson, name: string): string | undefined {
  return dependencyRanges(packageJson, name)[0];
}

/** Returns the ranges of a package, one from each kind of dependency that has it. */
export function dependencyRanges(packageJson: PackageJson, name: string): readonly string[] {
  return dependencyFields.flatMap((field) => {
    return textOf(packageJson[field], name) ?? [];
  });
}

const prettierConfig =
  /^(\.prettierrc(\.(json5?|ya?ml|toml|[cm]?[jt]s))?|prettier\.config\.[cm]?[jt]s)$/;
const configs: readonly (readonly [NonNullable<Repo['formatter']>, RegExp])[] = [
  ['prettier', prettierConfig],
  ['biome', /^\.?biome\.jsonc?$/],
  ['oxfmt', /^(\.oxfmtrc\.jsonc?|oxfmt\.config\.[cm]?[jt]s)$/],
  ['dprint', /^\.?dprint\.jsonc?$/],
];

/**
 * Returns the formatter that a repo has a configuration for. Without any, prettier or oxfmt counts
 * if it is a dependency: both work without one.
 */
export function configuredFormatter(
  entries: readonly (readonly string[])[],
  packageJsons: readonly PackageJson[],
): Repo['formatter'] {
  const hasFile = (config: RegExp) => entries.flat().some((entry) => config.test(entry));
  if (packageJsons.some((one) => one.prettier !== undefined)) return 'prettier';
  const configured = configs.find(([, config]) => hasFile(config));
  if (configured) return configured[0];
  const isDependency = (name: string) =>
    packageJsons.some((one) => dependencyRange(one, name) !== undefined);
  return (['prettier', 'oxfmt'] as const).find(isDependency);
}
