import {
  type PackageManager,
  managerFromLockFile,
  managerFromName,
  managerFromUserAgent,
  parsePackageManager,
} from './package-manager.ts';
import type { Repo } from './repo.ts';

/** The fields of a package.json, unchecked. */
export type PackageJson = Readonly<Record<string, unknown>>;

/**
 * The files of a repo that name its package manager. `entries` has the entries of each folder; both
 * lists begin with the nearest folder.
 */
export type RepoHints = {
  readonly entries: readonly (readonly string[])[];
  readonly packageJsons: readonly PackageJson[];
  /** The text of the nearest `yarn.lock`. */
  readonly yarnLock: string | undefined;
};

/** Everything that can name the package manager. */
export type PackageManagerHints = RepoHints & {
  readonly pm?: string | undefined;
  /** The package manager of the workspace above, if its root names one. */
  readonly workspace?: PackageManager | undefined;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
};

/**
 * Chooses the package manager: `--pm`, else the one of the repo, of the workspace, of the process
 * that started this one, or npm.
 * @throws UserError for an unknown `pm`
 */
export function choosePackageManager(hints: PackageManagerHints): PackageManager {
  const { pm, workspace, userAgent } = hints;
  const started = managerFromUserAgent(userAgent);
  if (pm === undefined) return detectPackageManager(hints) ?? workspace ?? started ?? 'npm';
  const manager = parsePackageManager(pm);
  return manager === 'yarn' ? chooseYarn([detectYarn(hints), workspace, started]) : manager;
}

/** Detects the package manager of a repo: by a lock file, else by `packageManager`. */
export function detectPackageManager(hints: RepoHints): PackageManager | undefined {
  const locked = hints.entries.map(managerFromLockFile).find((manager) => manager !== undefined);
  if (locked === 'yarn') return chooseYarn([detectYarn(hints)]);
  return locked ?? managerFromPackageJsons(hints);
}

/** Returns the first yarn among the detected package managers, by default the modern one. */
function chooseYarn(found: readonly (PackageManager | undefined)[]): PackageManager {
  return found.find((manager) => manager === 'yarn' || manager === 'yarn-classic') ?? 'yarn';
}

/**
 * Detects which yarn a repo uses: by `packageManager`, a file that only the modern one has, or the
 * format of the lock file.
 */
function detectYarn(hints: RepoHints): PackageManager | undefined {
  const manager = managerFromPackageJsons(hints);
  if (manager === 'yarn' || manager === 'yarn-classic') return manager;
  const names = hints.entries.flat();
  if (names.includes('.yarnrc.yml') || names.includes('.pnp.cjs')) return 'yarn';
  if (hints.yarnLock === undefined) return undefined;
  return hints.yarnLock.includes('# yarn lockfile v1') ? 'yarn-classic' : 'yarn';
}

function managerFromPackageJsons({ packageJsons }: RepoHints): PackageManager | undefined {
  return packageJsons
    .map((one) => managerFromField(one.packageManager))
    .find((manager) => manager !== undefined);
}

/** Reads `packageManager` of package.json, such as `pnpm@10.1.0+sha512...`. */
function managerFromField(field: unknown): PackageManager | undefined {
  if (typeof field !== 'string') return undefined;
  const [name, version] = field.split('@');
  return managerFromName(name, version);
}

const dependencyFields = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
];

/** Returns the range of a package, from the first kind of dependency that has it. */
export function dependencyRange(packageJson: PackageJson, name: string): string | undefined {
  for (const field of dependencyFields) {
    const entries = packageJson[field];
    if (typeof entries !== 'object' || entries === null) continue;
    const range: unknown = Reflect.get(entries, name);
    if (typeof range === 'string') return range;
  }
  return undefined;
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
