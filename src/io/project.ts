import { dirname, join, resolve } from 'node:path';
import fs from 'fs-extra';
import { UserError } from '../errors.ts';
import type { Place, Project, Wanted } from '../types.ts';
import { readText, unlessMissing } from './read-text.ts';
import { findWorkspace } from './workspace.ts';

/** What is at the place of a new project and around it. */
export async function inspectPlace(cwd: string, dir: string): Promise<Place> {
  await assertFolder(cwd);
  const root = resolve(cwd, dir);
  const above = ancestors(root);
  const [entries, repositories, workspace] = await Promise.all([
    unlessMissing(fs.readdir(root)),
    Promise.all([root, ...above].map(async (folder) => ((await fs.pathExists(join(folder, '.git'))) ? [folder] : []))),
    findWorkspace(root, above),
  ]);
  return {
    root,
    entries,
    isFolder: entries !== undefined || (await unlessMissing(fs.lstat(root))) === undefined,
    gitRoot: repositories.flat()[0],
    workspace,
  };
}

async function assertFolder(cwd: string): Promise<void> {
  if ((await unlessMissing(fs.stat(cwd)))?.isDirectory()) return;
  throw new UserError(`${cwd} is not a folder.`, { code: 'bad-usage', hint: '--cwd names one that is there.' });
}

/** The folders above one, the nearest first. */
function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...ancestors(parent)];
}

/** Reads what the project already has of the wanted files. */
export async function readProject(root: string, wanted: Wanted): Promise<Project> {
  const paths = [
    ...wanted.files.map((file) => file.path),
    'package.json',
    '.env.example',
    '.gitignore',
    '12-factor.json',
  ];
  const read = async (path: string): Promise<readonly (readonly [string, string])[]> => {
    const text = await readText(join(root, path));
    return text === undefined ? [] : [[path, text]];
  };
  return { lock: undefined, bases: new Map(), disk: new Map((await Promise.all(paths.map(read))).flat()) };
}
