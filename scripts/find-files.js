import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';

/**
 * Lists the files under a folder that match any of the globs, by path from there.
 * @param {string} root
 * @param {readonly string[]} globs
 * @returns {readonly string[]}
 */
export function findFiles(root, globs) {
  return [...new Set(globs.flatMap((glob) => filesOf(root, glob)))].toSorted();
}

/**
 * @param {string} root
 * @param {string} glob
 */
function filesOf(root, glob) {
  const { base } = picomatch.scan(glob);
  const stats = statSync(join(root, base), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [base];
  const matches = picomatch(glob);
  const names = readdirSync(join(root, base), { recursive: true, encoding: 'utf8' });
  const paths = names.map((name) => `${base}/${name.replaceAll('\\', '/')}`);
  return paths.filter((path) => matches(path));
}
