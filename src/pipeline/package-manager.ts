import type { PackageManager } from '../types.ts';

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** The known package managers; the first is the fallback. */
export const packageManagers = ['npm', 'pnpm', 'yarn', 'bun'] as const satisfies readonly PackageManager[];

/** The package manager whose lock file is among a folder's entries. */
export function lockedBy(entries: readonly string[]): PackageManager | undefined {
  return lockFiles.find(([file]) => entries.includes(file))?.[1];
}

/** The package manager that started us, from `npm_config_user_agent`, as `pnpm/9.1.0 npm/? node/v20`. */
export function startedBy(userAgent: string | undefined): PackageManager | undefined {
  const name = userAgent?.split('/')[0];
  return packageManagers.find((manager) => manager === name);
}

/** The command that runs a script of package.json. */
export function runScript(manager: PackageManager, script: string): string {
  const short = script === 'start' || script === 'test';
  if (manager === 'bun') return `bun run ${script}`;
  if (manager === 'yarn') return `yarn ${script}`;
  return short ? `${manager} ${script}` : `${manager} run ${script}`;
}

/** What installs a project's packages; `outside` says that a workspace around it does not take it in. */
export function installArguments(manager: PackageManager, outside: boolean): readonly string[] {
  return outside && manager === 'pnpm' ? ['install', '--ignore-workspace'] : ['install'];
}

/** The same, to be typed. */
export function installCommand(manager: PackageManager, outside: boolean): string {
  return [manager, ...installArguments(manager, outside)].join(' ');
}

/** The command that runs the newest version of this tool. */
export function runTool(manager: PackageManager): string {
  const runner = { npm: 'npx', pnpm: 'pnpm dlx', yarn: 'yarn dlx', bun: 'bunx' }[manager];
  return `${runner} create-12-factor-agent@latest`;
}
