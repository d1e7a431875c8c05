import type { PackageManager, Repo } from '../../types.ts';
import { lockedBy, packageManagers, startedBy, wished } from './package-manager.ts';

/** What is in a package.json, not looked at yet. */
export type PackageJson = Readonly<Record<string, unknown>>;

/** What tells of a package manager: the entries of folders, and package.json files, both nearest first. */
export type Traces = {
  readonly pm?: string | undefined;
  readonly entries: readonly (readonly string[])[];
  readonly packageJsons: readonly PackageJson[];
  /** Of the workspace around, where its root tells. */
  readonly workspace?: PackageManager | undefined;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
};

/** The package manager that a repo uses. @throws UserError for a wish that is not one */
export function chooseManager({ pm, entries, packageJsons, workspace, userAgent }: Traces): PackageManager {
  if (pm !== undefined) return wished(pm);
  const locked = entries.map(lockedBy).find((manager) => manager !== undefined);
  const named = packageJsons.map((one) => namedBy(one.packageManager)).find((manager) => manager !== undefined);
  return locked ?? named ?? workspace ?? startedBy(userAgent) ?? 'npm';
}

/** From package.json's `packageManager`, as `pnpm@10.1.0+sha512...`. */
const namedBy = (field: unknown): PackageManager | undefined =>
  packageManagers.find((manager) => typeof field === 'string' && field.split('@')[0] === manager);

const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** The range of a package in any kind of dependency. */
export function dependencyRange(packageJson: PackageJson, name: string): string | undefined {
  for (const field of dependencyFields) {
    const entries = packageJson[field];
    const range: unknown = typeof entries === 'object' && entries !== null ? Reflect.get(entries, name) : undefined;
    if (typeof range === 'string') return range;
  }
  return undefined;
}

const prettierConfig = /^(\.prettierrc(\.(json5?|ya?ml|toml|[cm]?[jt]s))?|prettier\.config\.[cm]?[jt]s)$/;
const biomeConfig = /^\.?biome\.jsonc?$/;

/** The formatter that a repo is set up for, from the entries of its folders and its package.json files. */
export function configuredFormatter(
  entries: readonly (readonly string[])[],
  packageJsons: readonly PackageJson[],
): Repo['formatter'] {
  const has = (config: RegExp) => entries.flat().some((entry) => config.test(entry));
  if (has(prettierConfig) || packageJsons.some((one) => one.prettier !== undefined)) return 'prettier';
  if (has(biomeConfig)) return 'biome';
  return packageJsons.some((one) => dependencyRange(one, 'prettier') !== undefined) ? 'prettier' : undefined;
}
