import { UserError } from '../../errors.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** `yarn` is 2 and later; `yarn-classic` is 1, the same program with other commands. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun';

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** The known package managers by the program's name; the first is the fallback. */
export const packageManagers = [
  'npm',
  'pnpm',
  'yarn',
  'bun',
] as const satisfies readonly PackageManager[];

/** The name of its program. */
export const programOf = (manager: PackageManager): (typeof packageManagers)[number] =>
  manager === 'yarn-classic' ? 'yarn' : manager;

/** The package manager that `--pm` names. @throws UserError for one that this does not know */
export function parsePackageManager(pm: string): PackageManager {
  const manager = packageManagers.find((name) => name === pm);
  if (manager) return manager;
  throw new UserError(`--pm ${pm} is not a package manager that this knows.`, {
    code: 'bad-usage',
    hint: didYouMean(pm, packageManagers),
  });
}

/** The package manager whose lock file is among a folder's entries. */
export function lockedBy(entries: readonly string[]): PackageManager | undefined {
  return lockFiles.find(([file]) => entries.includes(file))?.[1];
}

/** The package manager that started us, from `npm_config_user_agent`, as `pnpm/9.1.0 npm/? node/v20`. */
export function startedBy(userAgent: string | undefined): PackageManager | undefined {
  const [name, version] = userAgent?.split(' ')[0]?.split('/') ?? [];
  return managerNamed(name, version);
}

/** The package manager of a name and a version, as `yarn` and `1.22.22`; `undefined` for one that this does not know. */
export function managerNamed(
  name: string | undefined,
  version: string | undefined,
): PackageManager | undefined {
  if (name === 'yarn' && /^[01]\./.test(version ?? '')) return 'yarn-classic';
  return packageManagers.find((manager) => manager === name);
}

/** The command that runs a script of package.json. */
export function runScript(manager: PackageManager, script: string): string {
  const short = script === 'start' || script === 'test';
  if (manager === 'bun') return `bun run ${script}`;
  if (programOf(manager) === 'yarn') return `yarn ${script}`;
  return short ? `${manager} ${script}` : `${manager} run ${script}`;
}

/** What installs a project's packages; `outside` says that a workspace around it does not take it in. */
export function installArguments(manager: PackageManager, outside: boolean): readonly string[] {
  return outside && manager === 'pnpm' ? ['install', '--ignore-workspace'] : ['install'];
}

/** The same, to be typed. */
export function installCommand(manager: PackageManager, outside: boolean): string {
  return [programOf(manager), ...installArguments(manager, outside)].join(' ');
}

/** What adds a package to a project, to be typed. */
export function addCommand(manager: PackageManager, spec: string): string {
  const quotedSpec = /[<>^~ ]/.test(spec) ? `"${spec}"` : spec;
  return `${programOf(manager)} ${manager === 'npm' ? 'install' : 'add'} ${quotedSpec}`;
}

/** What runs a package's command, installed or not: `npx`, `pnpm dlx`; yarn classic has nothing of the kind. */
export const runner = (manager: PackageManager): string =>
  ({ npm: 'npx', pnpm: 'pnpm dlx', yarn: 'yarn dlx', 'yarn-classic': 'npx', bun: 'bunx' })[manager];

/** What runs a command of an installed package. */
export const localRunner = (manager: PackageManager): string =>
  ({ npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', 'yarn-classic': 'yarn', bun: 'bunx' })[manager];

/** The command that runs the newest version of this tool. */
export function runTool(manager: PackageManager): string {
  return `${runner(manager)} create-12-factor-agent@latest`;
}

/** The command that runs a package's binary, installed or not. */
export function runBinary(manager: PackageManager, from: string, command: string): string {
  if (manager === 'npm' || manager === 'yarn-classic') return `npx -p ${from} ${command}`;
  if (manager === 'pnpm') return `pnpm --package=${from} dlx ${command}`;
  return manager === 'yarn' ? `yarn dlx -p ${from} ${command}` : `bunx -p ${from} ${command}`;
}
