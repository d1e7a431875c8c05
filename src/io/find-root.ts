import { join } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import { exists } from './exists.ts';
import { unlessMissing } from './system-errors.ts';

/**
 * Returns the nearest folder that has a package.json: `cwd` or a folder above it.
 * @throws UserError if there is none, or `cwd` is not a folder
 */
export async function findRoot(cwd: string): Promise<string> {
  await assertFolder(cwd);
  for (const folder of [cwd, ...ancestors(cwd)]) {
    if (await exists(join(folder, 'package.json'))) return folder;
  }
  throw new UserError(`There is no package.json in ${cwd} or above it.`, {
    code: 'not-found',
    hint: 'Go to your project, or start one: npm init -y',
  });
}

/** @throws UserError if `cwd` is not a folder */
export async function assertFolder(cwd: string): Promise<void> {
  const stats = await unlessMissing(fs.stat(cwd));
  if (stats?.isDirectory()) return;
  throw new UserError(`${cwd} is not a folder.`, {
    code: 'bad-usage',
    hint: 'Set --cwd to a folder that exists.',
  });
}
