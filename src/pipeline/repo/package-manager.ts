import semver from 'semver';
import { UserError } from '../../errors.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** `yarn` is version 2 and later. `yarn-classic` is version 1: the same program, other commands. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun' | 'deno';

// The first one in a folder counts: bun can also write a yarn.lock, npm's is often there by
// mistake, and Deno may be used beside any other.
const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  // No lock file, but it makes the folder a root that pnpm installs.
  ['pnpm-workspace.yaml', 'pnpm'],
  ['deno.lock', 'deno'],
];

// A deno.json is no sign of Deno: packages that are published on JSR have one, too.
const settingsFiles: readonly (readonly [string, PackageManager])[] = [
  ['.pnpmfile.cjs', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
  ['.pnp.cjs', 'yarn'],
  ['.yarnrc', 'yarn-classic'],
  ['bunfig.toml', 'bun'],
];

/** The program names of the known package managers. */
const packageManagers = [
  'npm',
  'pnpm',
  'yarn',
  'bun',
  'deno',
] as const satisfies readonly PackageManager[];

type Program = (typeof packageManagers)[number];

/** Returns the name of a package manager's program. */
export function programOf(manager: PackageManager): Program {
  return manager === 'yarn-classic' ? 'yarn' : manager;
}

/** Returns the package manager that `--pm` names. @throws UserError for an unknown one */
export function parsePackageManager(pm: string): PackageManager {
  const manager = packageManagers.find((name) => name === pm);
  if (manager) return manager;
  throw new UserError(`Unknown package manager: --pm ${pm}.`, {
    code: 'bad-usage',
    hint: didYouMean(pm, packageManagers),
  });
}

/** Returns the package manager whose lock file is among the entries of a folder. */
export function managerFromLockFile(entries: readonly string[]): PackageManager | undefined {
  return lockFiles.find(([file]) => entries.includes(file))?.[1];
}

/** Returns the package manager whose settings are among the entries of a folder. */
export function managerFromSettings(entries: readonly string[]): PackageManager | undefined {
  return settingsFiles.find(([file]) => entries.includes(file))?.[1];
}

/**
 * Returns the package manager that started this process. `userAgent` is `npm_config_user_agent`, as
 * `pnpm/9.1.0 npm/? node/v20`.
 */
export function managerFromUserAgent(userAgent: string | undefined): PackageManager | undefined {
  const [name, version] = userAgent?.split(' ')[0]?.split('/') ?? [];
  return managerFromName(name, version);
}

/** Returns the package manager of a name and a version, such as `yarn` and `1.22.22`. */
export function managerFromName(
  name: string | undefined,
  version: string | undefined,
): PackageManager | undefined {
  if (name === 'yarn') return yarnOf(version) ?? 'yarn';
  return packageManagers.find((manager) => manager === name);
}

/** Returns which yarn a version or a range means. Undefined if it allows both, or is neither. */
export function yarnOf(version = ''): 'yarn' | 'yarn-classic' | undefined {
  if (semver.validRange(version) === null) return undefined;
  const mayBeClassic = semver.intersects(version, '<2.0.0-0');
  if (mayBeClassic && semver.intersects(version, '>=2.0.0-0')) return undefined;
  return mayBeClassic ? 'yarn-classic' : 'yarn';
}

/** Returns the command that runs a script of package.json. */
export function runScript(manager: PackageManager, script: string): string {
  if (manager === 'bun') return `bun run ${script}`;
  if (manager === 'deno') return `deno task ${script}`;
  if (programOf(manager) === 'yarn') return `yarn ${script}`;
  if (script === 'start' || script === 'test') return `${manager} ${script}`;
  return `${manager} run ${script}`;
}

/**
 * Returns the arguments that install a project's packages. `outside`: a workspace above the project
 * does not include it.
 */
export function installArguments(manager: PackageManager, outside: boolean): readonly string[] {
  if (outside && manager === 'pnpm') return ['install', '--ignore-workspace'];
  return ['install'];
}

/** Returns the shell command that installs a project's packages. */
export function installCommand(manager: PackageManager, outside: boolean): string {
  return [programOf(manager), ...installArguments(manager, outside)].join(' ');
}

/** Returns the shell command that adds a package, such as `zod@^4`, to a project. */
export function addCommand(manager: PackageManager, spec: string): string {
  const quoted = (word: string) => (/[<>^~ ]/.test(word) ? `"${word}"` : word);
  if (manager === 'npm') return `npm install ${quoted(spec)}`;
  if (manager === 'deno') return `deno add ${quoted(`npm:${spec}`)}`;
  return `${programOf(manager)} add ${quoted(spec)}`;
}

// Yarn classic has no dlx.
const runners: Readonly<Record<PackageManager, string>> = {
  npm: 'npx ',
  pnpm: 'pnpm dlx ',
  yarn: 'yarn dlx ',
  'yarn-classic': 'npx ',
  bun: 'bunx ',
  deno: 'deno run -A npm:',
};

// The copied code runs on Node, so Deno's users have npx.
const localRunners: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  'yarn-classic': 'yarn',
  bun: 'bunx',
  deno: 'npx',
};

/** Returns the prefix that runs a command of an installed package. */
export const localRunner = (manager: PackageManager): string => localRunners[manager];

/** Returns the command that runs the newest version of this tool. */
export function runTool(manager: PackageManager): string {
  return `${runners[manager]}create-12-factor-agent@latest`;
}

/** Returns the command that runs `command` of the package `from`, installed or not. */
export function runBinary(manager: PackageManager, from: string, command: string): string {
  switch (manager) {
    case 'npm':
    case 'yarn-classic':
      return `npx -p ${from} ${command}`;
    case 'pnpm':
      return `pnpm --package=${from} dlx ${command}`;
    case 'yarn':
      return `yarn dlx -p ${from} ${command}`;
    case 'bun':
      return `bunx -p ${from} ${command}`;
    case 'deno':
      return `deno run -A npm:${from}/${command}`;
  }
}
