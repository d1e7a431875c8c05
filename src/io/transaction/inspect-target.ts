import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UserError } from '../../errors.ts';
import { isErrno, unlessMissing } from '../system-errors.ts';
import { nestedIn, pairedByCase, reservedProblem } from './check-paths.ts';

/** What has a target's name now. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly hash: string; readonly bytes: Buffer; readonly mode: number }
  | { readonly kind: 'other'; readonly what: string };

export type InspectTarget = (path: string) => Promise<Found>;

const nothing: Found = { kind: 'nothing' };

/** Looks at targets as this transaction means them: `loop.ts` is not there while `Loop.ts`, which goes, has its place. */
export function targetInspector(root: string, paths: readonly string[]): InspectTarget {
  const [paired, nested] = [pairedByCase(paths), nestedIn(paths)];
  return async (path) => {
    const full = join(root, path);
    const stats = statsOf(full);
    if (!stats || (paired.has(path) && !(await isSpelled(root, path)))) return nothing;
    if (stats.isDirectory())
      return nested.has(path) ? nothing : { kind: 'other', what: 'a folder' };
    if (stats.isSymbolicLink()) return { kind: 'other', what: 'a link' };
    if (!stats.isFile()) return { kind: 'other', what: 'no plain file' };
    const bytes = readFileSync(full);
    return { kind: 'file', hash: hashOf(bytes), bytes, mode: stats.mode & 0o7777 };
  };
}

/** Of the name itself; through a file that is meant to be a folder nothing is found. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** sha256, hex. */
export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether each part of a path is in its folder letter by letter. */
export async function isSpelled(root: string, path: string): Promise<boolean> {
  let folder = root;
  for (const segment of path.split('/')) {
    const names = await unlessMissing(readdir(folder));
    if (!names?.some((name) => name.normalize() === segment.normalize())) return false;
    folder = join(folder, segment);
  }
  return true;
}

/** The real path of a folder of the root, found once. @throws UserError when that is elsewhere, or not ours to write */
export type Guard = (folder: string) => Promise<string>;

export async function guardOf(root: string): Promise<Guard> {
  const real = await realpath(root);
  const inside = real.endsWith(sep) ? real : real + sep;
  const known = new Map<string, string>();
  return async (folder) => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const found = await realpath(join(root, folder));
    const path = found.slice(inside.length).split(sep).join('/');
    if (found === real || (found.startsWith(inside) && !reservedProblem(path))) {
      known.set(folder, found);
      return found;
    }
    throw new UserError(`${folder} leads to ${found}, which is not ours to write.`, {
      code: 'no-permission',
      hint: 'Replace that link by a folder.',
    });
  };
}
