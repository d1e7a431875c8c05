import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { Repo } from '../repo/repo.ts';

/** What source files import, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** What a source text imports; the globals of Node count as an import of it, for their types are needed as well. */
export function importsIn(text: string): readonly string[] {
  const named = [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]+)\1/g)].map(
    ([, , name = '']) => name,
  );
  return /\b(process\.|Buffer\b)/.test(text) ? [...named, 'node:process'] : named;
}

/** Of some packages those that a file imports; the types of Node count where something of Node is used. */
export function packagesUsed(imports: Imports, packages: readonly string[]): readonly string[] {
  const all = [...imports.values()].flat();
  const usesNode = all.some((name) => name.startsWith('node:') || builtinModules.includes(name));
  return packages.filter(
    (name) =>
      (name === '@types/node' && usesNode) ||
      all.some((one) => one === name || one.startsWith(`${name}/`)),
  );
}

/** The files that import one which goes: `[who, what]`. */
export function danglingImports(
  imports: Imports,
  gone: readonly string[],
  aliases: Repo['aliases'],
): readonly (readonly [string, string])[] {
  const going = new Map(gone.map((path) => [bare(path), path]));
  return [...imports].flatMap(([path, names]) => {
    const meant = (name: string) =>
      name.startsWith('.') ? [posix.join(posix.dirname(path), name)] : aliases(name);
    const targets = names.flatMap(meant).map((one) => going.get(bare(one)));
    return [...new Set(targets)].flatMap((target) =>
      target === undefined ? [] : [[path, target] as const],
    );
  });
}

const bare = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, '');
