import { dirname, join, resolve } from 'node:path';
import fs from 'node:fs/promises';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import {
  declarationPaths,
  declarationsFor,
  type FileReferences,
  referencesIn,
} from '../pipeline/repo/declaration-references.ts';
import type { Tsconfig } from './find-tsconfig.ts';
import { collectFromSources } from './read-imports.ts';
import { readPackageJson } from './read-package-json.ts';

/** More files are not read: a program of this size is no small package. */
const maxFiles = 3_000;

/** Type packages that refer to the types of Node, installed or not. */
const known = /^(node|bun|bun-types|next)$/;

/**
 * Whether the types of Node are in the program of a tsconfig: its `types`, its files, or what these
 * import refer to them. Reads declarations as TypeScript does, but runs nothing.
 */
export async function reachesNodeTypes(root: string, tsconfig: Tsconfig): Promise<boolean> {
  const { path, options } = tsconfig;
  const types = Array.isArray(options.types) ? options.types.map(String) : [];
  const walk: Walk = { seen: new Set(), queue: [] };
  if (await follow({ types, paths: [], imports: [] }, path, walk)) return true;
  const sources = await collectFromSources(root, new Set(), (file, text) =>
    tsconfig.covers(join(root, file))
      ? ([join(root, file), referencesIn(text)] as const)
      : undefined,
  );
  for (const [file, found] of sources) if (await follow(found, file, walk)) return true;
  for (const file of await generatedFiles(tsconfig)) await enqueue([file], walk);
  for (let file = walk.queue.shift(); file !== undefined; file = walk.queue.shift()) {
    if (walk.seen.size > maxFiles) return false;
    const text = await fs.readFile(file, 'utf8').catch(() => '');
    if (await follow(referencesIn(text), file, walk)) return true;
  }
  return false;
}

/** The declarations that were found, and those that are not yet read. */
type Walk = { readonly seen: Set<string>; readonly queue: string[] };

/** Adds what a file references to the walk. Returns whether that is the types of Node. */
async function follow(
  { types, paths, imports }: FileReferences,
  from: string,
  walk: Walk,
): Promise<boolean> {
  const folder = dirname(from);
  if (types.some((name) => known.test(name))) return true;
  for (const path of paths) await enqueue([resolve(folder, path)], walk);
  for (const name of types) await enqueue(await modulePaths(name, folder, true), walk);
  for (const name of imports) await enqueue(await modulePaths(name, folder, false), walk);
  return false;
}

/** Adds the first of these files that exists. */
async function enqueue(candidates: readonly string[], { seen, queue }: Walk): Promise<void> {
  for (const candidate of candidates) {
    const stats = await fs.stat(candidate).catch(() => undefined);
    if (!stats?.isFile()) continue;
    const file = await fs.realpath(candidate);
    if (!seen.has(file)) queue.push(file);
    seen.add(file);
    return;
  }
}

/** Returns the files that may declare a module, or what `types` names. */
async function modulePaths(
  name: string,
  folder: string,
  isTypes: boolean,
): Promise<readonly string[]> {
  if (name.startsWith('.'))
    return [resolve(folder, name), ...declarationsFor(resolve(folder, name))];
  const [, scoped] = /^(@[^/]+\/[^/]+|[^@/][^/]*)(?:\/|$)/.exec(name) ?? [];
  if (scoped === undefined || name.includes(':')) return [];
  const declared = `@types/${scoped.replace('@', '').replace('/', '__')}`;
  const names = isTypes ? [declared, scoped] : [scoped, declared];
  const all = await Promise.all(
    names.map((one) => partPaths(one, name.slice(scoped.length), folder)),
  );
  return all.flat();
}

async function partPaths(name: string, part: string, folder: string): Promise<readonly string[]> {
  const folders = [folder, ...ancestors(folder)];
  const packageFolders = folders.map((one) => join(one, 'node_modules', name));
  for (const packageFolder of packageFolders) {
    const packageJson = await readPackageJson(packageFolder).catch(() => undefined);
    if (!packageJson) continue;
    return declarationPaths(packageJson, `.${part}`).map((path) => join(packageFolder, path));
  }
  return [];
}

/**
 * Lists the declarations that a framework generated for the tsconfig: those in folders with a dot
 * that `include` names.
 */
async function generatedFiles({ path, included }: Tsconfig): Promise<readonly string[]> {
  const found = included
    .map((pattern) => /^(?:\.\/)?(\.[^./*][^*]*?)(?:\/\*.*)?$/.exec(pattern)?.[1])
    .filter((entry) => entry !== undefined)
    .map((entry) => declarationsUnder(resolve(dirname(path), entry), 0));
  return (await Promise.all(found)).flat();
}

async function declarationsUnder(path: string, depth: number): Promise<readonly string[]> {
  if (/\.[cm]?ts$/.test(path)) return [path];
  const entries = await fs.readdir(path, { withFileTypes: true }).catch(() => []);
  const found = entries.map((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return depth < 4 ? declarationsUnder(inside, depth + 1) : [];
    return entry.name.endsWith('.d.ts') ? [inside] : [];
  });
  return (await Promise.all(found)).flat();
}
