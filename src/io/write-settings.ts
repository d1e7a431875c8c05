import { join } from 'node:path';
import fs from 'node:fs/promises';
import type { Entries } from '../pipeline/text/entries.ts';
import { unlessCode } from './system-errors.ts';

/**
 * Writes a package manager's settings into a new project, over nothing that is there. No transaction may write them: its
 * journal could be somebody else's, and some of them name programs.
 */
export async function writeSettings(root: string, settings: Entries): Promise<void> {
  for (const [path, text] of Object.entries(settings))
    await unlessCode(fs.writeFile(join(root, path), text, { flag: 'wx' }), 'EEXIST');
}
