import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fs from 'fs-extra';
import type { Inspection, InspectionRequest } from '../pipeline/doctor/diagnose.ts';
import type { Lock } from '../pipeline/lock/lock-file.ts';
import { findMovedFolder } from './find-moved-folder.ts';
import { git } from './git.ts';
import { installedVersions } from './read-package-json.ts';
import { asText } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

/** Looks up what a diagnosis asks of the disk and the environment; of variables only their names come back. */
export async function inspectAgent(
  root: string,
  lock: Lock,
  { packages, variables }: InspectionRequest,
  env: NodeJS.ProcessEnv,
): Promise<Inspection> {
  const there = (await unlessMissing(fs.stat(join(root, lock.dir))))?.isDirectory() === true;
  const [moved, sources, installed, set, found] = await Promise.all([
    there ? undefined : findMovedFolder(root, lock),
    readSources(root, lock.dir),
    installedVersions(root, packages),
    findSet(root, variables, env),
    git(['--version'], root, env),
  ]);
  return { folder: { there, moved }, sources, installed, set, git: found.exitCode === 0 };
}

async function readSources(root: string, dir: string): Promise<ReadonlyMap<string, string>> {
  const under = await filesUnder(root, `${dir}/tools`);
  const paths = [`${dir}/tools.ts`, `${dir}/policy.ts`, ...under.filter(isSource)];
  const read = async (path: string) => [path, await readFile(join(root, path))] as const;
  const all = await Promise.all(paths.map(read));
  return new Map(
    all.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])),
  );
}

const isSource = (path: string): boolean =>
  /\.[cm]?ts$/.test(path) && !/\.(test|spec|d)\.[cm]?ts$/.test(path);

async function filesUnder(root: string, folder: string): Promise<readonly string[]> {
  const entries =
    (await unlessMissing(fs.readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  const found = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(root, path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(found)).flat().toSorted();
}

/** A text; of what is no file or no UTF-8 none. */
async function readFile(path: string): Promise<string | undefined> {
  if (!(await unlessMissing(fs.stat(path)))?.isFile()) return undefined;
  return asText(await fs.readFile(path));
}

async function findSet(
  root: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlySet<string>> {
  const file = parseEnv((await readFile(join(root, '.env'))) ?? '');
  // As the agent reads it: what is set already stays, even if it is empty.
  return new Set(names.filter((name) => (env[name] ?? file[name] ?? '') !== ''));
}
