import { join } from 'node:path';
import fs from 'node:fs/promises';
import type { Entries } from '../pipeline/text/entries.ts';
import { unlessCode } from './system-errors.ts';

/**
 * Writes the package manager's settings into a new project. Keeps existing files. This is no
 * transaction, because a journal can come with a cloned repository: if journals could write these
 * files, it could name programs to run.
 */
export async function writeSettings(root: string, settings: Entries): Promise<void> {
  for (const [path, text] of Object.entries(settings)) {
    await unlessCode(fs.writeFile(join(root, path), text, { flag: 'wx' }), 'EEXIST');
  }
}
