import { UserError } from '../errors.ts';
import { isFolder } from '../io/exists.ts';
import type { Lock } from '../pipeline/lock/lock-file.ts';
import { runTool } from '../pipeline/repo/package-manager.ts';
import type { Opened } from './open-project.ts';

/** Refuses to go on where the components' folder is gone, moved or not. @throws UserError */
export async function checkFolder({ repo, lock }: Opened): Promise<void> {
  if (!lock) return;
  await checkMoved(repo.root, lock);
  if (Object.keys(lock.files).length === 0 || (await isFolder(repo.root, lock.dir))) return;
  throw new UserError(`${lock.dir} is not there.`, {
    code: 'not-found',
    hint: `If you moved it, set "dir" in 12-factor.json. If it is to go: ${runTool(repo.manager)} remove ${Object.keys(lock.components).join(' ')}`,
  });
}

/** Refuses to go on where the components' folder was moved: all of its files would count as deleted. @throws UserError */
export async function checkMoved(root: string, lock: Lock): Promise<void> {
  if (Object.keys(lock.files).length === 0 || (await isFolder(root, lock.dir))) return;
  const { findMovedFolder } = await import('../io/find-moved-folder.ts');
  const moved = await findMovedFolder(root, lock);
  if (moved === undefined) return;
  throw new UserError(`${lock.dir} is not there.`, {
    code: 'not-found',
    hint: `It looks as if it is ${moved} now: set "dir" to that in 12-factor.json.`,
  });
}
