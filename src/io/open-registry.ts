import { join, sep } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { refused } from '../pipeline/registry/manifest.ts';
import { lf } from '../pipeline/text/line-endings.ts';
import { type Registry, parseRegistry } from '../pipeline/registry/registry-json.ts';
import { decode, exists } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

/** How the lock names the registry inside our own package. */
export const builtIn = 'built-in';

const maxBytes = 5_000_000;

/** Opens a folder that holds `registry.json` and the files beside it. @throws UserError */
export async function openRegistry(folder: string, source: string): Promise<Registry> {
  const path = join(folder, 'registry.json');
  if (!(await exists(path))) {
    throw new UserError(`There is no registry.json in ${folder}.`, {
      code: 'not-found',
      hint: '--registry names a folder with one.',
    });
  }
  const read = folderReader(folder);
  const text = await read('registry.json');
  return { source, ...parseRegistry(text, path), read: async (from) => lf(await read(from)) };
}

/** Reads the files of a folder, each once. A link that leads out of the folder is refused. */
export function folderReader(folder: string): (from: string) => Promise<string> {
  const texts = new Map<string, Promise<string>>();
  let root: Promise<string> | undefined;
  return (from) => {
    root ??= fs.realpath(folder);
    const text = texts.get(from) ?? readWithin(root, join(folder, from));
    texts.set(from, text);
    return text;
  };
}

async function readWithin(folder: Promise<string>, path: string): Promise<string> {
  const [root, real] = await Promise.all([folder, unlessMissing(fs.realpath(path))]);
  if (real === undefined) throw refused(path, 'a manifest names it, but it does not exist');
  if (!real.startsWith(root + sep)) throw refused(path, 'it leads out of its folder');
  const stats = await fs.stat(real);
  if (!stats.isFile()) throw refused(path, 'it is not a file');
  if (stats.size > maxBytes) throw refused(path, `it is larger than ${maxBytes / 1e6} MB`);
  return decode(await fs.readFile(real), path);
}
