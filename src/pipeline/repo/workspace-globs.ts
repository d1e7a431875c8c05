import { relative, sep } from 'node:path';
import { parse as parseJson } from 'jsonc-parser';
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';

/** The globs of package.json's `workspaces`, an array or `{ packages }`; `undefined` without any. */
export function globsOfPackageJson(text: string): readonly string[] | undefined {
  const workspaces = field(parseJson(text), 'workspaces');
  const list = Array.isArray(workspaces) ? workspaces : field(workspaces, 'packages');
  return Array.isArray(list) ? list.filter(isText) : undefined;
}

/** The globs of pnpm-workspace.yaml's `packages`, or none: the file alone makes a workspace. */
export function globsOfPnpm(text: string): readonly string[] {
  const list = field(parseYaml(text), 'packages');
  return Array.isArray(list) ? list.filter(isText) : [];
}

/** Whether the globs of a workspace's root take a folder in; a later `!glob` takes it out again. */
export function covers(globs: readonly string[], root: string, folder: string): boolean {
  const path = relative(root, folder).split(sep).join('/');
  let covered = false;
  for (const glob of globs) {
    const out = glob.startsWith('!');
    const plain = (out ? glob.slice(1) : glob).replace(/^\.\//, '').replace(/\/+$/, '');
    // `./` alone is the root.
    if (plain === '' ? path === '' : picomatch.isMatch(path, plain)) covered = !out;
  }
  return covered;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const isText = (value: unknown): value is string => typeof value === 'string';
