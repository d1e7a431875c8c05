import { UserError } from '../errors.ts';
import { isFolder } from '../io/exists.ts';
import type { Lock } from '../pipeline/lock/lock-file.ts';
import { runTool } from '../pipeline/repo/package-manager.ts';
import type { Opened } from './open-project.ts';

/** Refuses a project whose components' folder was moved or deleted. @throws UserError */
export async function checkFolder({ repo, lock }: Opened): Promise<void> {
  if (!lock || (await hasFolder(repo.root, lock))) return;
  await checkMoved(repo.root, lock);
  const names = Object.keys(lock.components).join(' ');
  const remove = `${runTool(repo.manager)} remove ${names}`;
  throw new UserError(`${lock.dir} does not exist.`, {
    code: 'not-found',
    hint: `If you moved it, set "dir" in 12-factor.json. If you deleted it: ${remove}`,
  });
}

/**
 * Refuses a project whose components' folder was moved: all its files would count as deleted.
 * @throws UserError
 */
export async function checkMoved(root: string, lock: Lock): Promise<void> {
  if (await hasFolder(root, lock)) return;
  const { findMovedFolder } = await import('../io/find-moved-folder.ts');
  const moved = await findMovedFolder(root, lock);
  if (moved === undefined) return;
  throw new UserError(`${lock.dir} does not exist.`, {
    code: 'not-found',
    hint: `It seems to be ${moved} now: set "dir" to that in 12-factor.json.`,
  });
}

/** Whether the components' folder exists, or is not needed because there are no files. */
async function hasFolder(root: string, { dir, files }: Lock): Promise<boolean> {
  return Object.keys(files).length === 0 || (await isFolder(root, dir));
}
