import { relative, sep } from 'node:path';
import { parse as parseJson } from 'jsonc-parser';
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import { catalogsIn, type VersionCatalogs } from './version-catalogs.ts';
import { fieldOf } from './field-of.ts';

/**
 * Reads the globs of `workspaces` in package.json: an array, or `{ packages }`. Returns `undefined`
 * without any.
 */
export function globsOfPackageJson(text: string): readonly string[] | undefined {
  const workspaces = fieldOf(parseJson(text), 'workspaces');
  return strings(workspaces) ?? strings(fieldOf(workspaces, 'packages'));
}

/** Reads the globs of `packages` in pnpm-workspace.yaml. There may be none: the file is enough. */
export function globsOfPnpm(text: string): readonly string[] {
  return strings(fieldOf(parseYaml(text), 'packages')) ?? [];
}

/** Reads the version catalogs of pnpm-workspace.yaml or .yarnrc.yml. None if it is not YAML. */
export function catalogsOfYaml(text: string): VersionCatalogs {
  try {
    return catalogsIn(parseYaml(text));
  } catch {
    return {};
  }
}

/** Whether the globs of a workspace include a folder. A later `!glob` excludes it again. */
export function covers(globs: readonly string[], root: string, folder: string): boolean {
  const path = relative(root, folder).split(sep).join('/');
  let isCovered = false;
  for (const glob of globs) {
    const isExcluding = glob.startsWith('!');
    if (matches(isExcluding ? glob.slice(1) : glob, path)) isCovered = !isExcluding;
  }
  return isCovered;
}

function matches(glob: string, path: string): boolean {
  const plain = glob.replace(/^\.\//, '').replace(/\/+$/, '');
  // `./` alone means the root.
  if (plain === '') return path === '';
  return picomatch.isMatch(path, plain);
}

function strings(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((one) => typeof one === 'string');
}
