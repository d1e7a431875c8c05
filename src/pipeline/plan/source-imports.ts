import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { Repo } from '../repo/repo.ts';
import { likelySpecifiers } from '../text/module-specifiers.ts';

/** The names that source files import, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * Returns the names that a source text imports. A global of Node counts as
 * `node:process`.
 */
export function importsIn(text: string): readonly string[] {
  const names = [...likelySpecifiers(text)];
  // The types of these globals are in @types/node too.
  if (/\b(process\.|Buffer\b)/.test(text)) names.push('node:process');
  return names;
}

/**
 * Returns the packages that a file imports. `@types/node` counts if a file uses a
 * module or a global of Node.
 */
export function packagesUsed(imports: Imports, packages: readonly string[]): readonly string[] {
  const names = [...imports.values()].flat();
  const usesNode = names.some((name) => name.startsWith('node:') || builtinModules.includes(name));
  const isImported = (one: string) =>
    names.some((name) => name === one || name.startsWith(`${one}/`));
  return packages.filter((one) => (one === '@types/node' && usesNode) || isImported(one));
}

/** Lists the imports of deleted files, as pairs of the importing and the deleted file. */
export function danglingImports(
  imports: Imports,
  deleted: readonly string[],
  aliases: Repo['aliases'],
): readonly (readonly [string, string])[] {
  const byStem = new Map(deleted.map((path) => [withoutExtension(path), path]));
  return [...imports].flatMap(([path, names]) => {
    const targets = names
      .flatMap((name) => pathsOf(name, path, aliases))
      .map((target) => byStem.get(withoutExtension(target)))
      .filter((target) => target !== undefined);
    return [...new Set(targets)].map((target) => [path, target] as const);
  });
}

/** Returns the paths that an import in a file can mean. */
function pathsOf(name: string, importer: string, aliases: Repo['aliases']): readonly string[] {
  if (name.startsWith('.')) return [posix.join(posix.dirname(importer), name)];
  return aliases(name);
}

const withoutExtension = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, '');
