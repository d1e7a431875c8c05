import type { PackageManager } from '../../types.ts';

/** The command that runs a package's binary, installed or not. */
export function runBinary(manager: PackageManager, from: string, command: string): string {
  if (manager === 'npm' || manager === 'yarn-classic') return `npx -p ${from} ${command}`;
  if (manager === 'pnpm') return `pnpm --package=${from} dlx ${command}`;
  return manager === 'yarn' ? `yarn dlx -p ${from} ${command}` : `bunx -p ${from} ${command}`;
}
