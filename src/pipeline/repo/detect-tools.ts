import {
  type PackageManager,
  lockedBy,
  managerNamed,
  startedBy,
  parsePackageManager,
} from './package-manager.ts';
import type { Repo } from './repo.ts';

/** What is in a package.json, not looked at yet. */
export type PackageJson = Readonly<Record<string, unknown>>;

/** What a repo tells of its package manager: the entries of folders, and package.json files, both nearest first. */
export type RepoSigns = {
  readonly entries: readonly (readonly string[])[];
  readonly packageJsons: readonly PackageJson[];
  /** The nearest `yarn.lock`. */
  readonly yarnLock: string | undefined;
};

/** All that tells of a package manager. */
export type PackageManagerSigns = RepoSigns & {
  readonly pm?: string | undefined;
  /** Of the workspace around, where its root tells. */
  readonly workspace?: PackageManager | undefined;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
};

/** The package manager that a repo uses. @throws UserError for a wish that is not one */
export function choosePackageManager({
  pm,
  workspace,
  userAgent,
  ...told
}: PackageManagerSigns): PackageManager {
  const started = startedBy(userAgent);
  if (pm === undefined) return detectPackageManager(told) ?? workspace ?? started ?? 'npm';
  const manager = parsePackageManager(pm);
  return manager === 'yarn' ? whichYarn([yarnOf(told), workspace, started]) : manager;
}

/** The package manager that a repo tells of, by a lock file before `packageManager`; `undefined` where nothing does. */
export function detectPackageManager(told: RepoSigns): PackageManager | undefined {
  const locked = told.entries.map(lockedBy).find((manager) => manager !== undefined);
  return locked === 'yarn' ? whichYarn([yarnOf(told)]) : (locked ?? named(told));
}

/** The first yarn among what tells of package managers, nearest first; the modern one where none does. */
export function whichYarn(told: readonly (PackageManager | undefined)[]): PackageManager {
  return told.find((manager) => manager === 'yarn' || manager === 'yarn-classic') ?? 'yarn';
}

/** Which yarn a repo is for: `packageManager` says so, or a file that only the modern one has, or the lock's format. */
function yarnOf(told: RepoSigns): PackageManager | undefined {
  const manager = named(told);
  if (manager === 'yarn' || manager === 'yarn-classic') return manager;
  if (told.entries.flat().some((entry) => entry === '.yarnrc.yml' || entry === '.pnp.cjs'))
    return 'yarn';
  if (told.yarnLock?.includes('# yarn lockfile v1')) return 'yarn-classic';
  return told.yarnLock === undefined ? undefined : 'yarn';
}

const named = ({ packageJsons }: RepoSigns): PackageManager | undefined =>
  packageJsons.map((one) => namedBy(one.packageManager)).find((manager) => manager !== undefined);

/** From package.json's `packageManager`, as `pnpm@10.1.0+sha512...`. */
function namedBy(field: unknown): PackageManager | undefined {
  return typeof field === 'string'
    ? managerNamed(...(field.split('@') as [string, string | undefined]))
    : undefined;
}

const dependencyFields = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
];

/** The range of a package in any kind of dependency. */
export function dependencyRange(packageJson: PackageJson, name: string): string | undefined {
  for (const field of dependencyFields) {
    const entries = packageJson[field];
    const range: unknown =
      typeof entries === 'object' && entries !== null ? Reflect.get(entries, name) : undefined;
    if (typeof range === 'string') return range;
  }
  return undefined;
}

const prettierConfig =
  /^(\.prettierrc(\.(json5?|ya?ml|toml|[cm]?[jt]s))?|prettier\.config\.[cm]?[jt]s)$/;
const biomeConfig = /^\.?biome\.jsonc?$/;

/** The formatter that a repo is set up for, from the entries of its folders and its package.json files. */
export function configuredFormatter(
  entries: readonly (readonly string[])[],
  packageJsons: readonly PackageJson[],
): Repo['formatter'] {
  const has = (config: RegExp) => entries.flat().some((entry) => config.test(entry));
  if (has(prettierConfig) || packageJsons.some((one) => one.prettier !== undefined))
    return 'prettier';
  if (has(biomeConfig)) return 'biome';
  return packageJsons.some((one) => dependencyRange(one, 'prettier') !== undefined)
    ? 'prettier'
    : undefined;
}
