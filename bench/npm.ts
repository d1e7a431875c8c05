import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment without what an outer npm put there, which would steer an inner one. */
const plainEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$|VITEST)/i.test(name)),
);

/** Runs npm in a folder. Resolves to what it prints. @throws if it fails */
export function npm(cwd: string, ...args: readonly string[]): string {
  const options = {
    cwd,
    env: plainEnv,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  } as const;
  const { status, stdout, stderr, error } = spawnSync('npm', args, options);
  if (status !== 0)
    throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${error ?? ''}${stderr}`);
  return stdout;
}

export type Installed = { readonly packages: number; readonly mb: number };
type LockEntry = {
  readonly dependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};
type Lock = { readonly packages: Readonly<Record<string, LockEntry>> };

/** What a package brings with it where it is installed: itself and what it needs, as far as it is there. */
export function installedBy(name: string, folder: string): Installed {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock;
  const reached = new Set<string>();
  const visit = (wanted: string, from: string): void => {
    const path = resolveIn(packages, wanted, from);
    if (path === undefined || reached.has(path)) return;
    reached.add(path);
    for (const next of needsOf(packages[path] ?? {})) visit(next, path);
  };
  visit(name, '');
  return count(folder, [...reached]);
}

/** Everything that is installed in a folder. */
export function installedIn(folder: string): Installed {
  const lock = JSON.parse(
    readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'),
  ) as Lock;
  return count(folder, Object.keys(lock.packages));
}

function needsOf({
  dependencies,
  optionalDependencies,
  peerDependencies = {},
  peerDependenciesMeta,
}: LockEntry) {
  const peers = Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** As Node looks for a package: in its own folder first, then further up. */
function resolveIn(packages: Lock['packages'], name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (path in packages) return path;
  if (from === '') return undefined;
  return resolveIn(packages, name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}

function count(folder: string, paths: readonly string[]): Installed {
  const there = paths.map((path) => join(folder, path)).filter((path) => sizeOf(path) > 0);
  return { packages: there.length, mb: there.reduce((sum, path) => sum + sizeOf(path), 0) / 1e6 };
}

/** Bytes of a package's own files, without what is installed in it; 0 if it is not there. */
function sizeOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  const names = readdirSync(path).filter((name) => name !== 'node_modules');
  return names.reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
