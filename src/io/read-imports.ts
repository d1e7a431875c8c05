import { join } from 'node:path';
import fs from 'node:fs/promises';
import { importsIn } from '../pipeline/plan/source-imports.ts';
import { unlessMissing } from './system-errors.ts';

const nobodys = /^(node_modules|\..*)$/;
const built = /^(dist|build|out|coverage)$/;
const source = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;
const largest = 1_000_000;

/** What each source file of a repo imports, by path from the root; files in `except` do not count. */
export async function readImports(
  root: string,
  except: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for await (const path of sourceFiles(root, ''))
    if (!except.has(path)) found.set(path, importsIn(await fs.readFile(join(root, path), 'utf8')));
  return found;
}

async function* sourceFiles(root: string, folder: string): AsyncGenerator<string> {
  // What may not be read is no source of the user's.
  const entries = await fs.readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const isSkipped = nobodys.test(entry.name) || (folder === '' && built.test(entry.name));
    if (entry.isDirectory() && !isSkipped) yield* sourceFiles(root, path);
    if (!entry.isFile() || !source.test(entry.name)) continue;
    if (((await unlessMissing(fs.stat(join(root, path))))?.size ?? largest + 1) <= largest)
      yield path;
  }
}
