import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLock } from '../../../src/pipeline/lock/lock-file.ts';
import type { Mine } from './user.ts';

/**
 * Every file, folder and link by path, with its permissions and bytes; the run's own folder apart.
 */
export type Tree = { readonly files: ReadonlyMap<string, string>; readonly tmp: string };

/** Reads a whole repo. */
export async function readTree(root: string): Promise<Tree> {
  const files = new Map<string, string>();
  const tmp: string[] = [];
  const names = (await readdir(root, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .toSorted();
  for (const name of names) {
    if (name === '.12-factor') continue;
    const stats = await lstat(join(root, name));
    const text = stats.isFile()
      ? (await readFile(join(root, name))).toString('latin1')
      : stats.isSymbolicLink()
        ? `-> ${await readlink(join(root, name))}`
        : '/';
    if (/^\.12-factor\/tmp(\/|$)/.test(name)) tmp.push(`${name} ${text}`);
    else files.set(name, `${(stats.mode & 0o7777).toString(8)} ${text}`);
  }
  return { files, tmp: tmp.join('\n') };
}

/** The paths in which two trees differ. */
export function differing(one: Tree, other: Tree): readonly string[] {
  const paths = new Set([...one.files.keys(), ...other.files.keys()]);
  return [...paths].filter((path) => one.files.get(path) !== other.files.get(path));
}

/** What is lost or out of step in a repo after a command. */
export async function brokenIn(
  root: string,
  { files }: Tree,
  mine: Mine,
): Promise<readonly string[]> {
  return [...lostTags(files, mine), ...foreignLost(files), ...(await lockProblems(root, files))];
}

function lostTags(files: Tree['files'], mine: Mine): readonly string[] {
  return [...mine].flatMap(([path, tags]) => {
    const text = files.get(path) ?? '';
    const lost = [...new Set(tags)].find((tag) => {
      const times = tags.filter((one) => one === tag).length;
      // A moved file has its tags at its new path.
      return count(text, tag) < times && count(everything(files), tag) < times;
    });
    return lost === undefined ? [] : [`${path} has lost the user's ${lost}`];
  });
}

const everything = (files: Tree['files']): string =>
  [...files].flatMap(([path, text]) => (path.startsWith('.12-factor') ? [] : [text])).join('\n');

const count = (text: string, part: string): number =>
  text.split(new RegExp(`${part}(?!\\d)`)).length - 1;

const foreign: readonly (readonly [string, readonly string[]])[] = [
  [
    'package.json',
    ['"name": "mine"', '"mine": "echo mine"', '"test": "vitest run"', '"express": "^5.0.0"'],
  ],
  ['package.json', ['"vitest": "^4.0.0"', '"typescript": "~5.9.0"']],
  ['.gitignore', ['# mine', 'node_modules/', '/mine-out']],
  ['.env.example', ['# mine', 'MINE=1']],
];

function foreignLost(files: Tree['files']): readonly string[] {
  return foreign.flatMap(([path, parts]) =>
    parts
      .filter((part) => !files.get(path)?.includes(part))
      .map((part) => `${path} has lost ${part}`),
  );
}

/** The lock parses, and the pristine texts are exactly those that it names. */
async function lockProblems(root: string, files: Tree['files']): Promise<readonly string[]> {
  const blobs = [...files.keys()].filter((path) => path.startsWith('.12-factor/base/'));
  const text = await readFile(join(root, '.12-factor/lock.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return blobs.length > 0 ? ['pristine texts without a lock'] : [];
  const named = new Set(
    Object.values(parseLock(text).files)
      .flatMap(({ base, taken = base }) => [base, taken])
      .map((sha256) => `.12-factor/base/${sha256}`),
  );
  const bytes = (path: string) =>
    Buffer.from((files.get(path) ?? '').replace(/^\d+ /, ''), 'latin1');
  return [
    ...[...named].filter((path) => !blobs.includes(path)).map((path) => `${path} is not there`),
    ...blobs.filter((path) => !named.has(path)).map((path) => `${path} is of no use`),
    ...blobs
      .filter((path) => !path.endsWith(createHash('sha256').update(bytes(path)).digest('hex')))
      .map((path) => `${path} is not what its name says`),
  ];
}
