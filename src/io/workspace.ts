import { join } from 'node:path';
import fs from 'fs-extra';
import { lockedBy } from '../pipeline/package-manager.ts';
import { globsOfPackageJson, globsOfPnpm } from '../pipeline/workspace.ts';
import type { Workspace } from '../types.ts';
import { readText } from './read-text.ts';

/** The workspace that the nearest of some folders is the root of. */
export async function findWorkspace(folders: readonly string[]): Promise<Workspace | undefined> {
  // What cannot be read up there is no workspace of the user's.
  const all = await Promise.all(folders.map((folder) => openWorkspace(folder).catch(() => undefined)));
  return all.find((workspace) => workspace !== undefined);
}

async function openWorkspace(root: string): Promise<Workspace | undefined> {
  const [pnpm, packageJson] = await Promise.all([
    readText(join(root, 'pnpm-workspace.yaml')),
    readText(join(root, 'package.json')),
  ]);
  const globs = pnpm === undefined ? packageJson && globsOfPackageJson(packageJson) : globsOfPnpm(pnpm);
  if (!globs) return undefined;
  return { root, globs, manager: pnpm === undefined ? lockedBy(await fs.readdir(root)) : 'pnpm' };
}
