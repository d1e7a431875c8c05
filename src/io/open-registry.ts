import { join, sep } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { refused } from '../pipeline/registry/manifest.ts';
import { lf } from '../pipeline/text/line-endings.ts';
import { type Registry, parseRegistry } from '../pipeline/registry/registry-json.ts';
import { exists } from './exists.ts';
import { decode } from './read-text.ts';
import { unlessMissing } from './system-errors.ts';

/** The name of our own package's registry, in the lock file and for `--registry`. */
export const builtIn = 'built-in';

const maxBytes = 5_000_000;

/**
 * Opens a folder that has a `registry.json` and the files of its components. `source` is its name
 * in the lock file. @throws UserError
 */
export async function openRegistry(folder: string, source: string): Promise<Registry> {
  const path = join(folder, 'registry.json');
  if (!(await exists(path))) {
    throw new UserError(`There is no registry.json in ${folder}.`, {
      code: 'not-found',
      hint: 'Set --registry to a folder that has one.',
    });
  }
  const read = folderReader(folder);
  const text = await read('registry.json');
  return { source, ...parseRegistry(text, path), read: async (from) => lf(await read(from)) };
}

/** Returns a function that reads files of a folder, each file once. Refuses links out of it. */
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
  if (!real.startsWith(root + sep)) throw refused(path, 'it links to a file outside its folder');
  const stats = await fs.stat(real);
  if (!stats.isFile()) throw refused(path, 'it is not a file');
  if (stats.size > maxBytes) throw refused(path, `it is larger than ${maxBytes / 1e6} MB`);
  return decode(await fs.readFile(real), path);
}
