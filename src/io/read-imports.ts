import { join } from 'node:path';
import fs from 'node:fs/promises';
import { importsIn } from '../pipeline/plan/source-imports.ts';
import { tryDecode } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

const skippedFolders = /^(node_modules|\..*)$/;
const skippedAtRoot = /^(dist|build|out|coverage)$/;
const sourceFile = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;
const maxBytes = 1_000_000;

/** Reads the imports of each source file in a repo, by path from the root, without `except`. */
export async function readImports(
  root: string,
  except: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for await (const path of sourceFiles(root, '')) {
    if (except.has(path)) continue;
    const text = await fs.readFile(join(root, path), 'utf8');
    found.set(path, importsIn(text));
  }
  return found;
}

/**
 * Reads the source files in a repo, or in a folder of it, for which `use` returns a value. Leaves
 * out `except`, and files that are not UTF-8.
 */
export async function collectFromSources<Value>(
  root: string,
  except: ReadonlySet<string>,
  use: (path: string, text: string) => Value | undefined,
  folder = '',
): Promise<readonly Value[]> {
  const found: Value[] = [];
  for await (const path of sourceFiles(root, folder)) {
    if (except.has(path)) continue;
    const text = tryDecode(await fs.readFile(join(root, path)));
    const value = text === undefined ? undefined : use(path, text);
    if (value !== undefined) found.push(value);
  }
  return found;
}

async function* sourceFiles(root: string, folder: string): AsyncGenerator<string> {
  // A folder that cannot be read is skipped.
  const entries = await fs.readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const { name } = entry;
    const path = folder === '' ? name : `${folder}/${name}`;
    const isSkipped = skippedFolders.test(name) || (folder === '' && skippedAtRoot.test(name));
    if (entry.isDirectory() && !isSkipped) yield* sourceFiles(root, path);
    if (!entry.isFile() || !sourceFile.test(name)) continue;
    const stats = await unlessMissing(fs.stat(join(root, path)));
    if (stats !== undefined && stats.size <= maxBytes) yield path;
  }
}
