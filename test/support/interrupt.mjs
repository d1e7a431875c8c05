/**
 * Preloaded with `node --import`, interrupts this process, as Ctrl-C would, when it asks the file system for the
 * INTERRUPT_AT-th time. INTERRUPT_REPORT names a file for how often it asked, written when the process ends.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { INTERRUPT_AT, INTERRUPT_REPORT } = process.env;
const { writeFileSync } = fs;
const names = ['access', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'readFile', 'realpath'];
const more = ['rename', 'rm', 'rmdir', 'stat', 'unlink', 'writeFile'];
let calls = 0;

/** @typedef {(...args: any[]) => any} Any */

for (const held of [fs, fs.promises]) {
  const holder = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (held));
  for (const name of [...names, ...more]) {
    const original = holder[name];
    if (!original) continue;
    /** @type {Any} */
    const counted = (...args) => {
      calls += 1;
      if (calls === Number(INTERRUPT_AT)) process.kill(process.pid, 'SIGINT');
      return original(...args);
    };
    holder[name] = Object.assign(counted, original);
  }
}
syncBuiltinESMExports();

if (INTERRUPT_REPORT) process.on('exit', () => writeFileSync(INTERRUPT_REPORT, String(calls)));
