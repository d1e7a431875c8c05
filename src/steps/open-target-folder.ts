import { resolve } from 'node:path';
import { inspectTargetFolder } from '../io/inspect-target-folder.ts';
import { checkIdle, recover } from '../io/transaction/transaction.ts';
import { type TargetFolder, checkTargetFolder } from '../pipeline/repo/target-folder.ts';

/**
 * Inspects the folder for a new project. Before, it finishes or discards the transaction of a
 * killed run. @throws UserError if the folder cannot be used
 */
export async function openTargetFolder(cwd: string, dir: string): Promise<TargetFolder> {
  const root = resolve(cwd, dir);
  await recover(root);
  await checkIdle(root);
  const target = await inspectTargetFolder(cwd, dir);
  checkTargetFolder(target);
  return target;
}
