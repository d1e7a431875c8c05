import { dirname } from 'node:path';

/** Returns the folders above a folder, the nearest first. */
export function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (parent === folder) return [];
  return [parent, ...ancestors(parent)];
}
