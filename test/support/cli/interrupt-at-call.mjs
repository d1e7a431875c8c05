/**
 * Preloaded with `node --import`. Counts the calls by which this process uses the file system, and
 * interrupts it at one of them. The settings are environment variables:
 *
 * - INTERRUPT_AT: the number of the call.
 * - INTERRUPT_WITH: a command, as a JSON list of words, that runs to its end at that call. Without
 *   it, the process gets the signal of Ctrl-C.
 * - INTERRUPT_REPORT: the file for the number of calls, written when the process exits. The result
 *   of the command is in the same path with `.ran` at its end.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { INTERRUPT_AT, INTERRUPT_REPORT, INTERRUPT_WITH, NODE_OPTIONS: _, ...env } = process.env;
const { writeFileSync } = fs;
const names = [
  'access',
  'link',
  'lstat',
  'mkdir',
  'open',
  'readdir',
  'readFile',
  'realpath',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'unlink',
  'writeFile',
];
let calls = 0;

function interrupt() {
  if (INTERRUPT_WITH === undefined) return void process.kill(process.pid, 'SIGINT');
  const [program, ...args] = JSON.parse(INTERRUPT_WITH);
  const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (INTERRUPT_REPORT)
    writeFileSync(`${INTERRUPT_REPORT}.ran`, JSON.stringify({ status, stderr }));
}

/** @typedef {(...args: any[]) => any} AnyFunction */

for (const api of [fs, fs.promises]) {
  const functions = /** @type {Record<string, AnyFunction>} */ (/** @type {unknown} */ (api));
  for (const name of names) {
    const original = functions[name];
    if (!original) continue;
    /** @type {AnyFunction} */
    const counted = (...args) => {
      calls += 1;
      if (calls === Number(INTERRUPT_AT)) interrupt();
      return original(...args);
    };
    functions[name] = Object.assign(counted, original);
  }
}
syncBuiltinESMExports();

if (INTERRUPT_REPORT) process.on('exit', () => writeFileSync(INTERRUPT_REPORT, String(calls)));
