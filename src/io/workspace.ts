import { join } from 'node:path';
import fs from 'node:fs/promises';
import { lockedBy } from '../pipeline/repo/package-manager.ts';
import type { Workspace } from '../types.ts';
import { readText } from './read-text.ts';

/** The workspace whose root is the nearest of the folders above one. */
export async function findWorkspace(folder: string, above: readonly string[]): Promise<Workspace | undefined> {
  // What cannot be read up there is no workspace of the user's.
  const all = await Promise.all(above.map((root) => openWorkspace(root, folder).catch(() => undefined)));
  return all.find((workspace) => workspace !== undefined);
}

async function openWorkspace(root: string, folder: string): Promise<Workspace | undefined> {
  const [pnpm, packageJson] = await Promise.all([
    readText(join(root, 'pnpm-workspace.yaml')),
    readText(join(root, 'package.json')),
  ]);
  if (pnpm === undefined && packageJson === undefined) return undefined;
  const { covers, globsOfPackageJson, globsOfPnpm } = await import('../pipeline/repo/workspace.ts');
  const globs = pnpm === undefined ? globsOfPackageJson(packageJson ?? '') : globsOfPnpm(pnpm);
  if (!globs) return undefined;
  const manager = pnpm === undefined ? lockedBy(await fs.readdir(root)) : 'pnpm';
  return { root, manager, covers: covers(globs, root, folder) };
}
