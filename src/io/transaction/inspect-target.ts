import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hash } from '../../pipeline/text/hash.ts';
import { isErrno, unlessMissing } from '../system-errors.ts';
import { pairedByCase, pathsAboveOthers } from './check-paths.ts';

/** The current state of a target's path. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly hash: string; readonly bytes: Buffer; readonly mode: number }
  | { readonly kind: 'other'; readonly what: string };

export type InspectTarget = (path: string) => Promise<Found>;

const nothing: Found = { kind: 'nothing' };

/**
 * Returns a function that inspects the targets of one transaction. It ignores what another target
 * of the transaction replaces: the file `Loop.ts` when it inspects `loop.ts`, and a folder when it
 * inspects the file that is in its place before or after.
 */
export function targetInspector(root: string, paths: readonly string[]): InspectTarget {
  const paired = pairedByCase(paths);
  const foldersToo = pathsAboveOthers(paths);
  return async (path) => {
    const full = join(root, path);
    const stats = statsOf(full);
    if (!stats) return nothing;
    if (paired.has(path) && !(await isSpelled(root, path))) return nothing;
    if (stats.isDirectory() && foldersToo.has(path)) return nothing;
    if (stats.isDirectory()) return { kind: 'other', what: 'a folder' };
    if (stats.isSymbolicLink()) return { kind: 'other', what: 'a link' };
    if (!stats.isFile()) return { kind: 'other', what: 'not a plain file' };
    const bytes = readFileSync(full);
    return { kind: 'file', hash: hash(bytes), bytes, mode: stats.mode & 0o7777 };
  };
}

/** Returns the stats of an entry itself. Undefined also if a folder of the path is a file. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether a target has the content of this hash. With undefined: whether there is no file. */
export function hasContent(found: Found, expected: string | undefined): boolean {
  if (found.kind === 'nothing') return expected === undefined;
  return found.kind === 'file' && found.hash === expected;
}

/** Returns the hash of the content of a write. Undefined for a deletion. */
export function hashOfContent(content: Uint8Array | string | undefined): string | undefined {
  return content === undefined ? undefined : hash(content);
}

/** Whether the folders list each part of a path with exactly this spelling. */
export async function isSpelled(root: string, path: string): Promise<boolean> {
  let folder = root;
  for (const segment of path.split('/')) {
    const names = await unlessMissing(readdir(folder));
    if (!names?.some((name) => name.normalize() === segment.normalize())) return false;
    folder = join(folder, segment);
  }
  return true;
}
