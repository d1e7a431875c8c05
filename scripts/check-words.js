import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { findFiles } from './find-files.js';
import { formatProblem, problemsIn } from './words/problems.js';

// Reports phrases to avoid in the files that the spell checker reads. The argument is the folder
// to check, by default this project. Exits with 1 if there are any.
const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));

const { files } = parse(readFileSync(join(root, 'cspell.config.yaml'), 'utf8'));
const paths = findFiles(root, files);
const problems = paths.flatMap((path) => problemsIn(path, readFileSync(join(root, path), 'utf8')));
for (const problem of problems) console.log(formatProblem(problem));
console.log(`words: ${count(paths, 'file')}, ${count(problems, 'phrase')} to replace`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * @param {readonly unknown[]} list
 * @param {string} noun
 */
function count({ length }, noun) {
  return `${length} ${noun}${length === 1 ? '' : 's'}`;
}
