import { resolve } from 'node:path';
import { inspectPlace } from '../io/read-project.ts';
import { checkIdle, recover } from '../io/transaction/transaction.ts';
import { type Place, checkPlace } from '../pipeline/repo/target-folder.ts';

/** Looks at a new project's place; what a killed run left there is finished or discarded first. @throws UserError */
export async function openPlace(cwd: string, dir: string): Promise<Place> {
  const root = resolve(cwd, dir);
  await recover(root);
  await checkIdle(root);
  const place = await inspectPlace(cwd, dir);
  checkPlace(place);
  return place;
}
