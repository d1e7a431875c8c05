import { join } from 'node:path';
import fs from 'node:fs/promises';
import { type BrokenImport, filesMeant } from '../pipeline/doctor/check-imports.ts';
import { specifiersIn } from '../pipeline/text/module-specifiers.ts';
import { collectFromSources } from './read-imports.ts';
import { unlessMissing } from './system-errors.ts';

/** Finds the relative imports under a folder of a root that lead to no file. */
export async function findBrokenImports(
  root: string,
  folder: string,
): Promise<readonly BrokenImport[]> {
  const imports = await collectFromSources(root, new Set(), relativeImports, folder);
  const known = new Map<string, Promise<boolean>>();
  const isThere = (path: string): Promise<boolean> => {
    const found = known.get(path) ?? mayBeFile(join(root, path));
    known.set(path, found);
    return found;
  };
  const broken = imports.flat().map(async (one) => {
    for (const path of filesMeant(one.name, one.path)) if (await isThere(path)) return [];
    return [one];
  });
  return (await Promise.all(broken)).flat();
}

/** Whether a file is there, or cannot be looked at. */
async function mayBeFile(path: string): Promise<boolean> {
  try {
    return (await unlessMissing(fs.stat(path)))?.isFile() === true;
  } catch {
    return true;
  }
}

function relativeImports(path: string, text: string): readonly BrokenImport[] | undefined {
  // In other languages only a part of the text is a script.
  if (!/\.[cm]?[jt]sx?$/.test(path)) return undefined;
  const relative = specifiersIn(text).filter(({ name }) => /^\.{1,2}\//.test(name));
  return relative.map((one) => ({ path, ...one }));
}
