import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Write } from '../../pipeline/plan/change.ts';
import { unlessMissing } from '../system-errors.ts';
import { reservedProblem } from './check-paths.ts';
import { blockedError } from './explain-failure.ts';

/** Returns the real path of a folder of the root. @throws UserError if it may not be written */
export type ResolveFolder = (folder: string) => Promise<string>;

/**
 * Returns a function that resolves folders of a root and remembers the result. It refuses a link
 * that leads out of the root or to a reserved path.
 */
export async function folderResolver(root: string): Promise<ResolveFolder> {
  const realRoot = await realpath(root);
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  const known = new Map<string, string>();
  return async (folder) => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const real = await realpath(join(root, folder));
    const path = real.slice(prefix.length).split(sep).join('/');
    const isInside = real.startsWith(prefix) && !reservedProblem(path);
    if (real !== realRoot && !isInside) throw leadsOut(folder, real);
    known.set(folder, real);
    return real;
  };
}

function leadsOut(folder: string, real: string): UserError {
  return new UserError(`${folder} leads to ${real}, which this tool must not write.`, {
    code: 'no-permission',
    hint: 'Replace the link with a folder.',
  });
}

type Written = Pick<Write, 'path' | 'content'>;

/**
 * Refuses folders that lead out of the root, and two paths of one file. A file without content is
 * deleted. @throws UserError
 */
export async function checkFolders(root: string, files: readonly Written[]): Promise<void> {
  const resolveFolder = await folderResolver(root);
  const realFolders = new Map<string, string>();
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    realFolders.set(folder, await resolveFuture(resolveFolder, folder));
  }
  const pathOf = new Map<string, string>();
  for (const { path, content } of files) {
    if (content === undefined) continue;
    const real = join(realFolders.get(dirname(path)) ?? '', basename(path));
    const other = pathOf.get(real);
    if (other !== undefined) throw blockedError(path, `another name of ${other}`);
    pathOf.set(real, path);
  }
}

/** Resolves a folder that may not exist yet. */
async function resolveFuture(resolveFolder: ResolveFolder, folder: string): Promise<string> {
  const real = await unlessMissing(resolveFolder(folder));
  if (real !== undefined) return real;
  return join(await resolveFuture(resolveFolder, dirname(folder)), basename(folder));
}
