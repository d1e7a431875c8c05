import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for one test, removed after it. */
export async function tempFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'create-12-factor-agent-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Every file under a folder, by its path from there, without repositories and installed packages. */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return paths.filter((path) => !/(^|\/)(\.git|node_modules)\//.test(path)).toSorted();
}

/** Every file's text under a folder, by path. */
export async function textsUnder(folder: string): Promise<Readonly<Record<string, string>>> {
  const read = async (path: string) => [path, await readFile(join(folder, path), 'utf8')] as const;
  return Object.fromEntries(await Promise.all((await filesUnder(folder)).map(read)));
}
