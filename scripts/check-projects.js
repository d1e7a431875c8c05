import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './shell.js';

// Creates a project from each template, with all tests, installs it, and runs its own checks, with the Node that
// runs this script. The first argument is the folder for vitest's results as JSON.
const bin = fileURLToPath(new URL('../bin/create-12-factor-agent.js', import.meta.url));
const templates = fileURLToPath(new URL('../templates/', import.meta.url));
const reports = resolve(process.argv[2] ?? '.');
const folder = await mkdtemp(join(tmpdir(), '12-factor-projects-'));

try {
  console.log(`Node ${process.version}`);
  for (const name of (await readdir(templates)).filter(
    (entry) => entry !== 'base' && entry !== 'wiring',
  ))
    await check(name);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @param {string} name of a template */
async function check(name) {
  const project = join(folder, name);
  await run(folder, [
    process.execPath,
    bin,
    name,
    '--template',
    name,
    '--with',
    'store-sqlite,server,worker',
    '--all-tests',
    '--yes',
    '--no-git',
  ]);
  await run(project, ['npm', 'run', 'typecheck']);
  await run(project, ['npm', 'run', 'lint']);
  const report = join(reports, `${name}-${process.version}.json`);
  await run(project, [
    'npm',
    'test',
    '--',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  await run(project, ['npm', 'run', 'build']);
}
