import { join, relative } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { readText, exists } from './read-text.ts';
import { mayBeRoot } from './find-workspace.ts';

const deepest = 6;

/** The packages of the workspace that a folder is the root of, relative to it; none where it is no such root. */
export async function findPackages(root: string): Promise<readonly string[]> {
  const [pnpm, packageJson] = await Promise.all([
    readText(join(root, 'pnpm-workspace.yaml')),
    readText(join(root, 'package.json')),
  ]);
  if (!mayBeRoot(pnpm, packageJson)) return [];
  const { covers, globsOfPackageJson, globsOfPnpm } =
    await import('../pipeline/repo/workspace-globs.ts');
  const globs =
    pnpm === undefined
      ? (globsOfPackageJson(packageJson ?? '') ?? [])
      : readable(() => globsOfPnpm(pnpm), join(root, 'pnpm-workspace.yaml'));
  if (globs.length === 0) return [];
  const found: string[] = [];
  for await (const folder of foldersUnder(root, 1))
    if (covers(globs, root, folder) && (await exists(join(folder, 'package.json'))))
      found.push(relative(root, folder).replaceAll('\\', '/'));
  return found.toSorted();
}

function readable<Value>(read: () => Value, path: string): Value {
  try {
    return read();
  } catch {
    throw new UserError(`${path} is not YAML.`, {
      code: 'bad-usage',
      hint: 'Mend it, then try again.',
    });
  }
}

async function* foldersUnder(folder: string, depth: number): AsyncGenerator<string> {
  // What cannot be read holds no package.
  for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.'))
      continue;
    const path = join(folder, entry.name);
    yield path;
    if (depth < deepest) yield* foldersUnder(path, depth + 1);
  }
}
