import { join } from 'node:path';
import fs from 'node:fs/promises';
import type { Obstacle, Project } from '../pipeline/decide/project-state.ts';
import { ownPaths } from '../pipeline/lock/own-paths.ts';
import { sharedPaths } from '../pipeline/registry/needs.ts';
import type { Wanted } from '../pipeline/render/wanted.ts';
import { hash } from '../pipeline/text/hash.ts';
import { definedEntries } from './defined-entries.ts';
import { findCaseVariants } from './find-case-variants.ts';
import type { Installed } from './read-installed.ts';
import { readText, tryDecode } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';
import { pairedByCase } from './transaction/check-paths.ts';
import { isSpelled } from './transaction/inspect-target.ts';

const alwaysRead = [...sharedPaths, ownPaths.schema, ownPaths.attributes];

/** Reads the current state of the wanted files, the files in the lock file, and the base copies. */
export async function readProject(
  root: string,
  wanted: Wanted,
  { lock, texts: installedTexts }: Installed,
): Promise<Project> {
  const wantedPaths = wanted.files.map(({ path }) => path);
  const paths = [...new Set([...wantedPaths, ...Object.keys(lock?.files ?? {})])];
  const pairs = pairedByCase(paths);
  const [files, sharedFiles, bases] = await Promise.all([
    Promise.all(paths.map((path) => inspectSpelled(root, path, pairs))),
    Promise.all(alwaysRead.map((path) => readShared(root, path))),
    readBases(root),
  ]);
  const missing = files.filter(({ text, obstacle }) => text === undefined && !obstacle);
  const variants = await findCaseVariants(
    root,
    missing.map(({ path }) => path),
  );
  return {
    lock,
    bases: definedEntries(bases.map(({ sha256, text }) => [sha256, text])),
    disk: definedEntries([
      ...files.map(({ path, text }) => [path, text] as const),
      ...sharedFiles,
      // Not read again: another run may have changed them since, and the plan would not notice.
      ...installedTexts,
    ]),
    obstacles: definedEntries([
      ...bases.map(({ path, obstacle }) => [path, obstacle] as const),
      ...files.map(({ path, obstacle }) => [path, obstacle] as const),
      ...[...variants].map(([path, variant]) => [path, variantObstacle(variant)] as const),
    ]),
  };
}

function variantObstacle(variant: string): Obstacle {
  return { why: `${variant} exists, and some file systems ignore case` };
}

async function readShared(
  root: string,
  path: string,
): Promise<readonly [string, string | undefined]> {
  return [path, await readText(join(root, path))];
}

/** The text of a file, or the reason why it has none. Neither if the file is missing. */
type InspectedFile = {
  readonly path: string;
  readonly text?: string;
  readonly obstacle?: Obstacle;
};

/** Inspects a file. Of two paths that differ by case alone, one may be missing. */
async function inspectSpelled(
  root: string,
  path: string,
  pairs: ReadonlySet<string>,
): Promise<InspectedFile> {
  if (pairs.has(path) && !(await isSpelled(root, path))) return { path };
  return inspectFile(root, path);
}

async function inspectFile(root: string, path: string): Promise<InspectedFile> {
  const stats = await unlessMissing(fs.lstat(join(root, path)));
  if (stats === undefined) return { path };
  if (stats.isSymbolicLink()) return { path, obstacle: { why: 'it is a link' } };
  if (!stats.isFile()) return { path, obstacle: { why: 'it is not a file' } };
  const bytes = await fs.readFile(join(root, path));
  const text = bytes.includes(0) ? undefined : tryDecode(bytes);
  if (text !== undefined) return { path, text };
  return { path, obstacle: { why: 'it is not text', hash: hash(bytes) } };
}

type InspectedBase = InspectedFile & { readonly sha256: string };

async function readBases(root: string): Promise<readonly InspectedBase[]> {
  const names = (await unlessMissing(fs.readdir(join(root, ownPaths.base(''))))) ?? [];
  const hashes = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  return Promise.all(hashes.map((sha256) => inspectBase(root, sha256)));
}

/** A base copy that does not match its hash is lost, and its path cannot be written. */
async function inspectBase(root: string, sha256: string): Promise<InspectedBase> {
  const path = ownPaths.base(sha256);
  const stats = await fs.lstat(join(root, path));
  if (!stats.isFile()) return { sha256, path, obstacle: { why: 'it is not a file' } };
  const bytes = await fs.readFile(join(root, path));
  const text = tryDecode(bytes);
  if (text !== undefined && hash(text) === sha256) return { sha256, path, text };
  const why = 'its content does not match its name';
  return { sha256, path, obstacle: { why, hash: hash(bytes) } };
}
