import { join } from 'node:path';
import fs from 'fs-extra';
import type { Lock } from '../pipeline/lock/lock-file.ts';

const deepest = 6;

/** The folder, from the root, that holds most of the files that the lock has in its own, and at least half of them. */
export async function findMovedFolder(
  root: string,
  { dir, files }: Pick<Lock, 'dir' | 'files'>,
): Promise<string | undefined> {
  const names = Object.keys(files)
    .filter((path) => path.startsWith(`${dir}/`))
    .map((path) => path.slice(dir.length + 1));
  let best: { folder: string; count: number } | undefined;
  for await (const { folder, entries } of foldersUnder(root, '', 1)) {
    // Most folders have nothing of it at their top: no need to look further down.
    const likely = names.filter((name) => entries.has(name.split('/')[0] ?? ''));
    if (folder === dir || likely.length * 2 < names.length) continue;
    const found = await Promise.all(likely.map((name) => fs.pathExists(join(root, folder, name))));
    const count = found.filter(Boolean).length;
    if (count > 0 && count * 2 >= names.length && count > (best?.count ?? 0))
      best = { folder, count };
  }
  return best?.folder;
}

type Folder = { readonly folder: string; readonly entries: ReadonlySet<string> };

async function* foldersUnder(root: string, parent: string, depth: number): AsyncGenerator<Folder> {
  for (const { name } of (await list(join(root, parent))).filter((entry) => entry.isDirectory())) {
    if (name === 'node_modules' || name.startsWith('.')) continue;
    const folder = parent === '' ? name : `${parent}/${name}`;
    const entries = new Set((await list(join(root, folder))).map((entry) => entry.name));
    // What has a lock of its own is another project.
    if (entries.has('.12-factor')) continue;
    yield { folder, entries };
    if (depth < deepest) yield* foldersUnder(root, folder, depth + 1);
  }
}

/** What cannot be read holds nothing of ours. */
async function list(folder: string) {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
