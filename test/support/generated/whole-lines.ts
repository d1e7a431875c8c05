import { existsSync, readFileSync } from 'node:fs';

/** The lines that processes have appended to a file. The last one may not be whole yet. */
export const wholeLines = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
