/**
 * Preloaded with `node --import`, meddles with this process when it asks the file system for the MEDDLE_AT-th time: runs
 * the command MEDDLE_WITH, words as JSON, to its end; without one interrupts, as Ctrl-C would. MEDDLE_REPORT names a file
 * for how often it asked, written when the process ends.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { MEDDLE_AT, MEDDLE_REPORT, MEDDLE_WITH, NODE_OPTIONS: _, ...env } = process.env;
const { writeFileSync } = fs;
const asking = ['access', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'readFile', 'realpath'];
const changing = ['rename', 'rm', 'rmdir', 'stat', 'unlink', 'writeFile'];
let calls = 0;

function meddle() {
  if (MEDDLE_WITH === undefined) return void process.kill(process.pid, 'SIGINT');
  const [program, ...args] = JSON.parse(MEDDLE_WITH);
  const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (MEDDLE_REPORT) writeFileSync(`${MEDDLE_REPORT}.ran`, JSON.stringify({ status, stderr }));
}

/** @typedef {(...args: any[]) => any} Any */

for (const held of [fs, fs.promises]) {
  const holder = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (held));
  for (const name of [...asking, ...changing]) {
    const original = holder[name];
    if (!original) continue;
    /** @type {Any} */
    const counted = (...args) => {
      calls += 1;
      if (calls === Number(MEDDLE_AT)) meddle();
      return original(...args);
    };
    holder[name] = Object.assign(counted, original);
  }
}
syncBuiltinESMExports();

if (MEDDLE_REPORT) process.on('exit', () => writeFileSync(MEDDLE_REPORT, String(calls)));
