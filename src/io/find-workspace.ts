import { join } from 'node:path';
import fs from 'node:fs/promises';
import { detectPackageManager } from '../pipeline/repo/detect-tools.ts';
import type { Workspace } from '../pipeline/repo/repo.ts';
import { readPackageJson } from './read-package-json.ts';
import { exists, readText } from './read-text.ts';

/** The workspace whose root is the nearest of the folders above one; none for a folder that pnpm takes for a root itself. */
export async function findWorkspace(
  folder: string,
  above: readonly string[],
): Promise<Workspace | undefined> {
  if (await exists(join(folder, 'pnpm-workspace.yaml'))) return undefined;
  // What cannot be read up there is no workspace of the user's.
  const all = await Promise.all(
    above.map((root) => openWorkspace(root, folder).catch(() => undefined)),
  );
  return all.find((workspace) => workspace !== undefined);
}

async function openWorkspace(root: string, folder: string): Promise<Workspace | undefined> {
  const [pnpm, packageJson] = await Promise.all([
    readText(join(root, 'pnpm-workspace.yaml')),
    readText(join(root, 'package.json')),
  ]);
  if (!mayBeRoot(pnpm, packageJson)) return undefined;
  const { covers, globsOfPackageJson, globsOfPnpm } =
    await import('../pipeline/repo/workspace-globs.ts');
  const globs = pnpm === undefined ? globsOfPackageJson(packageJson ?? '') : globsOfPnpm(pnpm);
  if (!globs) return undefined;
  const manager = pnpm === undefined ? await managerAt(root) : 'pnpm';
  return { root, manager, covers: covers(globs, root, folder) };
}

/** Whether it is worth a parser of YAML, which takes a while to load, to find out what a folder is the root of. */
export function mayBeRoot(pnpm: string | undefined, packageJson: string | undefined): boolean {
  return pnpm !== undefined || packageJson?.includes('workspaces') === true;
}

async function managerAt(root: string): Promise<Workspace['manager']> {
  const [entries, packageJson, yarnLock] = await Promise.all([
    fs.readdir(root),
    readPackageJson(root).catch(() => undefined),
    readYarnLock([root]),
  ]);
  return detectPackageManager({
    entries: [entries],
    packageJsons: packageJson ? [packageJson] : [],
    yarnLock,
  });
}

/** The `yarn.lock` of the first of the folders that has one; it tells which yarn wrote it. */
export async function readYarnLock(folders: readonly string[]): Promise<string | undefined> {
  // What cannot be read tells nothing.
  const texts = await Promise.all(
    folders.map((folder) => readText(join(folder, 'yarn.lock')).catch(() => undefined)),
  );
  return texts.find((text) => text !== undefined);
}
