import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFiles } from './find-files.js';
import { measure } from './shape/measure.js';
import { report } from './shape/report.js';

// Checks how wide and how full the lines of each folder are, and how many ternaries it has. The
// argument is the project to check, by default this one. Exits with 1 if a limit is exceeded.
const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));

/** @type {readonly import('./shape/report.js').Limits[]} */
const limits = [
  { folder: 'src', widest: 100, ternaries: 25 },
  { folder: 'registry/agent', widest: 100, ternaries: 25, average: 38.5 },
  { folder: 'templates', widest: 100, ternaries: 25 },
];

/** Its lines are recorded events. */
const data = 'registry/agent/core/recorded-threads.ts';

for (const limit of limits) {
  const shapes = findFiles(root, [`${limit.folder}/**/*.ts`])
    .filter((path) => path !== data)
    .map((path) => measure(path, readFileSync(join(root, path), 'utf8'), limit.widest));
  const { figures, problems } = report(limit, shapes);
  for (const problem of problems) console.log(problem);
  console.log(figures);
  if (problems.length > 0) process.exitCode = 1;
}
