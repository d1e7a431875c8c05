import { join } from 'node:path';
import fs from 'node:fs/promises';
import { exists } from './exists.ts';
import { readWorkspaceGlobs } from './read-workspace-globs.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

const maxDepth = 6;

/**
 * Returns the packages of the workspace that has this root, relative to it and sorted. Empty if
 * the folder is not the root of a workspace. @throws UserError if pnpm-workspace.yaml is not YAML
 */
export async function findPackages(root: string): Promise<readonly string[]> {
  const globs = (await readWorkspaceGlobs(root))?.globs ?? [];
  if (globs.length === 0) return [];
  const { covers } = await import('../pipeline/repo/workspace-globs.ts');
  const found: string[] = [];
  for await (const folder of foldersUnder(root, 1)) {
    const isPackage = covers(globs, root, folder) && (await exists(join(folder, 'package.json')));
    if (isPackage) found.push(relativePath(root, folder));
  }
  return found.toSorted();
}

async function* foldersUnder(folder: string, depth: number): AsyncGenerator<string> {
  // A folder that cannot be read is skipped.
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const isSkipped = entry.name === 'node_modules' || entry.name.startsWith('.');
    if (!entry.isDirectory() || isSkipped) continue;
    const path = join(folder, entry.name);
    yield path;
    if (depth < maxDepth) yield* foldersUnder(path, depth + 1);
  }
}
