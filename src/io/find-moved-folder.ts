import { join } from 'node:path';
import fs from 'fs-extra';
import type { Lock } from '../pipeline/lock/lock-file.ts';

const maxDepth = 6;

/**
 * Finds the folder that the user moved the lock file's folder to: the one that has the most of its
 * files, and at least half of them. Relative to the root.
 */
export async function findMovedFolder(
  root: string,
  { dir, files }: Pick<Lock, 'dir' | 'files'>,
): Promise<string | undefined> {
  const paths = Object.keys(files).filter((path) => path.startsWith(`${dir}/`));
  const names = paths.map((path) => path.slice(dir.length + 1));
  let best: { folder: string; count: number } | undefined;
  for await (const { folder, entries } of foldersUnder(root, '', 1)) {
    if (folder === dir) continue;
    // The listing rules out most folders, so few files are looked up.
    const likely = names.filter((name) => entries.has(firstSegment(name)));
    if (likely.length * 2 < names.length) continue;
    const count = await countExisting(join(root, folder), likely);
    const isCandidate = count > 0 && count * 2 >= names.length;
    if (isCandidate && count > (best?.count ?? 0)) best = { folder, count };
  }
  return best?.folder;
}

function firstSegment(path: string): string {
  return path.split('/')[0] ?? '';
}

async function countExisting(folder: string, names: readonly string[]): Promise<number> {
  const found = await Promise.all(names.map((name) => fs.pathExists(join(folder, name))));
  return found.filter(Boolean).length;
}

type Folder = { readonly folder: string; readonly entries: ReadonlySet<string> };

async function* foldersUnder(root: string, parent: string, depth: number): AsyncGenerator<Folder> {
  for (const entry of await list(join(root, parent))) {
    const { name } = entry;
    if (!entry.isDirectory() || name === 'node_modules' || name.startsWith('.')) continue;
    const folder = parent === '' ? name : `${parent}/${name}`;
    const children = await list(join(root, folder));
    const entries = new Set(children.map((child) => child.name));
    // A folder with its own lock file is another project.
    if (entries.has('.12-factor')) continue;
    yield { folder, entries };
    if (depth < maxDepth) yield* foldersUnder(root, folder, depth + 1);
  }
}

/** Lists a folder in order. Empty if it cannot be read. */
async function list(folder: string) {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
