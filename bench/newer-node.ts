import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.ts';
import { benchFolder } from './places.ts';

const installed = join(
  benchFolder,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The path of a Node for SQLite and pg-boss: this one, or that of the npm package `node`. */
export function newerNode(): string {
  if (process.getBuiltinModule?.('node:sqlite') !== undefined) return process.execPath;
  if (!existsSync(installed)) npm(benchFolder, 'rebuild', 'node');
  if (!existsSync(installed))
    throw new Error('SQLite and pg-boss need Node 22.13 or later, and npm could not install it.');
  return installed;
}
