import { basename, dirname, join } from 'node:path';
import fs from 'node:fs/promises';
import { unlessMissing } from './system-errors.ts';

/**
 * Finds the missing paths that differ from an existing file only by case or Unicode form: some file
 * systems take both for the same file. Returns the existing name by path.
 */
export async function findCaseVariants(
  root: string,
  missing: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const folders = [...new Set(missing.map((path) => dirname(path)))];
  const listings = await Promise.all(folders.map((folder) => listFolded(join(root, folder))));
  const namesIn = new Map(folders.map((folder, index) => [folder, listings[index]]));
  const variants = new Map<string, string>();
  for (const path of missing) {
    const name = basename(path);
    const existing = namesIn.get(dirname(path))?.get(fold(name));
    if (existing !== undefined && existing !== name) variants.set(path, existing);
  }
  return variants;
}

/** Returns the names in a folder by their folded form. */
async function listFolded(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await unlessMissing(fs.readdir(folder))) ?? [];
  return new Map(names.map((name) => [fold(name), name]));
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
