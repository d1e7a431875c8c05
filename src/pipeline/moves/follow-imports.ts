import { posix } from 'node:path';
import type { Repo } from '../repo/repo.ts';
import { likelySpecifiers, replaceSpecifiers } from '../text/module-specifiers.ts';

/** The new path of each moved file by its old path, both from the project's root. */
export type Moved = ReadonlyMap<string, string>;

/** Where a file was, and where it is now. Both are the same if only its imports follow. */
export type Place = { readonly from: string; readonly to: string };

const noAliases: Repo['aliases'] = () => [];

/**
 * Rewrites the module specifiers of a source text: those of moved files, and if the file itself
 * moved, all relative ones. A specifier keeps its ending: `.ts`, `.js` or none. Everything else
 * stays byte for byte.
 */
export function followImports(
  text: string,
  { from, to }: Place,
  moved: Moved,
  aliases: Repo['aliases'] = noAliases,
): string {
  const follow = (specifier: string): string => {
    if (!isRelative(specifier)) return followAlias(specifier, moved, aliases);
    const target = posix.join(posix.dirname(from), specifier);
    const next = newTarget(target, moved);
    if (from === to && next === undefined) return specifier;
    return relativeSpecifier(to, next ?? target);
  };
  return replaceSpecifiers(text, follow, 'imports and calls');
}

/** Whether a file's text is source whose specifiers can be rewritten. */
export function isSource(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

/**
 * Returns the moved files that a text still seems to import by their old paths: `followImports` is
 * not sure of these specifiers, or cannot read the file.
 */
export function unfollowedImports(
  text: string,
  path: string,
  moved: Moved,
  aliases: Repo['aliases'],
): readonly string[] {
  const targetsOf = (specifier: string) =>
    isRelative(specifier) ? [posix.join(posix.dirname(path), specifier)] : aliases(specifier);
  const found = likelySpecifiers(text)
    .flatMap(targetsOf)
    .flatMap((target) => findMoved(target, moved)?.source ?? []);
  return [...new Set(found)];
}

/** Returns the moved files whose old path, from the project's root, is in a text. */
export function mentionedPaths(text: string, moved: Moved): readonly string[] {
  return [...moved.keys()].filter((path) => {
    const name = path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(String.raw`(?<![\w/-])(?:\./)?${name}(?![\w-])`).test(text);
  });
}

const isRelative = (specifier: string): boolean => /^\.{1,2}(?:\/|$)/.test(specifier);

type Found = { readonly source: string; readonly target: string; readonly isFolder: boolean };

/** Finds the moved file that a path means. The path may end in `.js` or have no ending. */
function findMoved(path: string, moved: Moved): Found | undefined {
  const stem = path.replace(/\.[jt]s$/, '');
  const names = [`${stem}.ts`, posix.join(path, 'index.ts')];
  const source = names.find((name) => moved.has(name));
  const target = source && moved.get(source);
  if (source === undefined || target === undefined) return undefined;
  return { source, target, isFolder: source !== names[0] };
}

/** Returns the new path of an imported file, with the same ending as its old path. */
function newTarget(path: string, moved: Moved): string | undefined {
  const found = findMoved(path, moved);
  if (!found) return undefined;
  const stem = found.target.replace(/\.ts$/, '');
  if (found.isFolder) return stem.replace(/\/index$/, '');
  return stem + (/\.[jt]s$/.exec(path)?.[0] ?? '');
}

// Above the root, `relative` would depend on the current folder of the process.
const root = '/_'.repeat(32);

function relativeSpecifier(importer: string, target: string): string {
  const folder = posix.join(root, posix.dirname(importer));
  const path = posix.relative(folder, posix.join(root, target)) || '.';
  const specifier = isRelative(path) ? path : `./${path}`;
  return target.endsWith('/') ? `${specifier}/` : specifier;
}

/**
 * Rewrites a specifier that the `paths` of the tsconfig resolve. It stays if the same prefix does
 * not surely lead to the new path.
 */
function followAlias(specifier: string, moved: Moved, aliases: Repo['aliases']): string {
  const [target] = aliases(specifier);
  const next = target === undefined ? undefined : newTarget(target, moved);
  if (target === undefined || next === undefined) return specifier;
  const tail = commonTail(specifier, target);
  const folder = target.slice(0, target.length - tail.length);
  if (tail === '' || !next.startsWith(folder)) return specifier;
  const followed = specifier.slice(0, specifier.length - tail.length) + next.slice(folder.length);
  return aliases(followed)[0] === next ? followed : specifier;
}

/** Returns the last segments that two paths have in common. */
function commonTail(one: string, other: string): string {
  const [segments, others] = [one.split('/'), other.split('/')];
  let count = 0;
  while (count < segments.length && segments.at(-count - 1) === others.at(-count - 1)) count++;
  return count === 0 ? '' : segments.slice(-count).join('/');
}
