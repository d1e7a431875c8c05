import { resolve } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import type { TargetFolder } from '../pipeline/repo/target-folder.ts';
import { firstWith } from './exists.ts';
import { assertFolder } from './find-root.ts';
import { findWorkspace } from './find-workspace.ts';
import { unlessMissing } from './system-errors.ts';

/** Inspects the folder for a new project and the folders above it. @throws UserError */
export async function inspectTargetFolder(cwd: string, dir: string): Promise<TargetFolder> {
  await assertFolder(cwd);
  const root = resolve(cwd, dir);
  const above = ancestors(root);
  await assertReachable(root, above);
  const [entries, gitRoot, workspace] = await Promise.all([
    unlessMissing(fs.readdir(root)),
    firstWith([root, ...above], '.git'),
    findWorkspace(root, above),
  ]);
  const isMissing = (await unlessMissing(fs.lstat(root))) === undefined;
  const isFolder = entries !== undefined || isMissing;
  return { root, entries, isFolder, gitRoot, workspace };
}

/**
 * Refuses a path below something that is not a folder, and a broken link: creating its target
 * would be a guess at what the user meant.
 */
async function assertReachable(root: string, above: readonly string[]): Promise<void> {
  for (const path of [root, ...above]) {
    const entry = await unlessMissing(fs.lstat(path));
    if (entry === undefined) continue;
    const target = await unlessMissing(fs.stat(path));
    if (target === undefined) throw unusable(path, 'is a broken link');
    // The caller reports a root that is a file.
    if (target.isDirectory() || path === root) return;
    throw unusable(path, 'is not a folder');
  }
}

function unusable(path: string, why: string): UserError {
  return new UserError(`${path} ${why}.`, {
    code: 'not-empty',
    hint: 'Move it away, or name another folder.',
  });
}
