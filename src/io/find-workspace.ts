import { join } from 'node:path';
import fs from 'node:fs/promises';
import { detectPackageManager, type FolderHints } from '../pipeline/repo/detect-tools.ts';
import type { Workspace } from '../pipeline/repo/repo.ts';
import { exists } from './exists.ts';
import { readPackageJson } from './read-package-json.ts';
import { readText } from './read-text.ts';
import { readWorkspaceGlobs } from './read-workspace-globs.ts';

/**
 * Finds the workspace around a folder: the nearest of the folders above it that is a workspace
 * root. None if the folder has a pnpm-workspace.yaml, because it is then a root itself.
 */
export async function findWorkspace(
  folder: string,
  above: readonly string[],
): Promise<Workspace | undefined> {
  if (await exists(join(folder, 'pnpm-workspace.yaml'))) return undefined;
  // A folder above that cannot be read does not count.
  const all = await Promise.all(
    above.map((root) => openWorkspace(root, folder).catch(() => undefined)),
  );
  return all.find((workspace) => workspace !== undefined);
}

async function openWorkspace(root: string, folder: string): Promise<Workspace | undefined> {
  const workspace = await readWorkspaceGlobs(root);
  if (!workspace) return undefined;
  const { covers } = await import('../pipeline/repo/workspace-globs.ts');
  const manager = workspace.isPnpm ? 'pnpm' : await detectManager(root);
  return { root, manager, covers: covers(workspace.globs, root, folder) };
}

async function detectManager(root: string): Promise<Workspace['manager']> {
  const [hints, yarnLock] = await Promise.all([readHints(root), readYarnLock([root])]);
  return detectPackageManager({ hints: [hints], yarnLock });
}

/** Reads what a folder says about its package manager. What cannot be read does not count. */
export async function readHints(folder: string): Promise<FolderHints> {
  const [entries, packageJson] = await Promise.all([
    fs.readdir(folder).catch(() => []),
    readPackageJson(folder).catch(() => undefined),
  ]);
  return { entries, packageJson };
}

/** Reads the first `yarn.lock` in the folders that can be read. Its format shows yarn's version. */
export async function readYarnLock(folders: readonly string[]): Promise<string | undefined> {
  const texts = await Promise.all(
    folders.map((folder) => readText(join(folder, 'yarn.lock')).catch(() => undefined)),
  );
  return texts.find((text) => text !== undefined);
}
