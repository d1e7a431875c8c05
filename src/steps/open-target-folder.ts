import { resolve } from 'node:path';
import { inspectTargetFolder } from '../io/inspect-target-folder.ts';
import { checkIdle, recover } from '../io/transaction/transaction.ts';
import { type TargetFolder, checkTargetFolder } from '../pipeline/repo/target-folder.ts';

/** Looks at a new project's place; what a killed run left there is finished or discarded first. @throws UserError */
export async function openTargetFolder(cwd: string, dir: string): Promise<TargetFolder> {
  const root = resolve(cwd, dir);
  await recover(root);
  await checkIdle(root);
  const place = await inspectTargetFolder(cwd, dir);
  checkTargetFolder(place);
  return place;
}
