import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs the checks and tests of this project and prints one line per part: `check` for what reads the
// sources, `test` (the default) for that and the tests that a contributor waits for, `all` for every
// test. A failed part does not stop the others, except the build. Exits with 1 if one failed.

/**
 * @typedef {{
 *   name: string,
 *   about: string,
 *   command: readonly [string, ...string[]],
 *   isLive?: boolean,
 * }} Part `isLive`: its output is printed while it runs, else only if it fails
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules/.bin');
// The tests build the tool themselves unless this says that it was just built.
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, BUILT: '1' };
const lanes = 2;

/** @type {readonly Part[]} */
const checks = [
  { name: 'types', about: 'tsc', command: ['tsc'] },
  { name: 'lint', about: 'oxlint', command: ['oxlint', '--deny-warnings'] },
  {
    name: 'format',
    about: 'prettier',
    command: ['prettier', '--check', '.', '--log-level', 'warn'],
  },
  { name: 'spelling', about: 'cspell', command: ['cspell', 'lint', '--no-progress'] },
  { name: 'phrases', about: 'plain words', command: ['node', 'scripts/check-words.js'] },
  { name: 'shape', about: 'width, ternaries', command: ['node', 'scripts/check-shape.js'] },
];

/** @type {Part} */
const build = {
  name: 'build',
  about: 'dist/ and registry.json',
  command: ['node', 'scripts/build.js'],
};

/** @type {Part} */
const stories = {
  name: 'tests',
  about: 'fast and story',
  command: ['vitest', 'run', '--project', 'fast', '--project', 'story'],
  isLive: true,
};

/** @type {Part} */
const slow = {
  name: 'slow tests',
  about: 'package managers, databases, kills',
  command: ['vitest', 'run', '--project', 'slow'],
  isLive: true,
};

/** @type {Readonly<Record<string, readonly (readonly Part[])[]>>} groups of parts that run at once */
const suites = {
  check: [checks],
  test: [checks, [build], [stories]],
  slow: [[build], [slow]],
  all: [checks, [build], [stories], [slow]],
};

const suite = suites[process.argv[2] ?? 'test'];
if (suite === undefined) throw new Error(`Give one of ${Object.keys(suites).join(', ')}.`);
const began = Date.now();
/** @type {string[]} */
const failed = [];
for (const group of suite) {
  // Tests of a stale build would say nothing.
  if (failed.includes(build.name)) break;
  await runGroup([...group]);
}
console.log(
  `${failed.length === 0 ? 'All passed' : `FAILED: ${failed.join(', ')}`} in ${since(began)}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** @param {Part[]} queue */
async function runGroup(queue) {
  const work = async () => {
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) await runPart(part);
  };
  await Promise.all(Array.from({ length: lanes }, work));
}

/** @param {Part} part */
async function runPart({ name, about, command, isLive = false }) {
  const started = Date.now();
  if (isLive) console.log(`...   ${name} (${about})`);
  const { code, output } = await run(command, isLive);
  if (code !== 0) failed.push(name);
  console.log(
    `${code === 0 ? 'ok   ' : 'FAIL '} ${`${name} (${about})`.padEnd(40)} ${since(started)}`,
  );
  if (code !== 0) console.log(output);
}

/**
 * @param {readonly [string, ...string[]]} command
 * @param {boolean} isLive
 * @returns {Promise<{ code: number, output: string }>}
 */
function run([program, ...args], isLive) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', isLive ? 'inherit' : 'pipe', isLive ? 'inherit' : 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {number} start */
function since(start) {
  return `${Math.round((Date.now() - start) / 1000)} s`;
}
