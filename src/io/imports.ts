import { join } from 'node:path';
import fs from 'fs-extra';

const skipped = /^(node_modules|\..*|dist|build|out|coverage)$/;
const source = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;
const largest = 1_000_000;

/** Of some packages those that a source file of the repo imports; files in `except`, by path from the root, do not count. */
export async function importedPackages(
  root: string,
  packages: readonly string[],
  except: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const quoted = packages.map(
    (name) => [name, new RegExp(`['"]${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(/[^'"]*)?['"]`)] as const,
  );
  for await (const path of sourceFiles(root, '')) {
    if (except.has(path) || found.size === packages.length) continue;
    const text = await fs.readFile(join(root, path), 'utf8');
    for (const [name, pattern] of quoted) if (pattern.test(text)) found.add(name);
  }
  return [...found];
}

async function* sourceFiles(root: string, folder: string): AsyncGenerator<string> {
  for (const entry of await fs.readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !skipped.test(entry.name)) yield* sourceFiles(root, path);
    if (entry.isFile() && source.test(entry.name) && (await fs.stat(join(root, path))).size <= largest) yield path;
  }
}
