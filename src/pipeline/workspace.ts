import { relative, sep } from 'node:path';
import { parse } from 'jsonc-parser';
import type { Workspace } from '../types.ts';

/** The globs of package.json's `workspaces`, an array or `{ packages }`; `undefined` without any. */
export function globsOfPackageJson(text: string): readonly string[] | undefined {
  const { workspaces } = (parse(text) ?? {}) as { workspaces?: unknown };
  const list = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | undefined)?.packages;
  return Array.isArray(list) ? list.filter((glob): glob is string => typeof glob === 'string') : undefined;
}

/** The globs of pnpm-workspace.yaml's `packages`: the lines of that list, or none; the file alone makes a workspace. */
export function globsOfPnpm(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const start = lines.findIndex((line) => /^packages\s*:/.test(line));
  if (start < 0) return [];
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => !/^\s*-/.test(line));
  return after
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.replace(/^\s*-\s*(['"]?)(.*?)\1\s*(#.*)?$/, '$2'));
}

/** Whether a workspace's globs take a folder in; a later `!glob` takes it out again. */
export function covers(workspace: Workspace, folder: string): boolean {
  const path = `${relative(workspace.root, folder).split(sep).join('/')}/`;
  let covered = false;
  for (const glob of workspace.globs) {
    const out = glob.startsWith('!');
    if (pattern(out ? glob.slice(1) : glob).test(path)) covered = !out;
  }
  return covered;
}

function pattern(glob: string): RegExp {
  const parts = glob.replace(/^\.\//, '').replace(/\/$/, '').split('/');
  return new RegExp(`^${parts.map((part) => (part === '**' ? '(?:[^/]+/)*' : `${segment(part)}/`)).join('')}$`);
}

function segment(part: string): string {
  const escaped = part
    .replaceAll(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return escaped.replaceAll(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(',', '|')})`);
}
