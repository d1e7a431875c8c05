import { relative } from 'node:path';

/** Returns the path from one folder to a file or folder, with `/` on every system. */
export function relativePath(from: string, to: string): string {
  return relative(from, to).replaceAll('\\', '/');
}
