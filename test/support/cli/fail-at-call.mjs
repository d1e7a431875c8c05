/**
 * Preloaded with `node --import`, counts the calls by which this process changes files under FAULT_ROOT, and has some
 * fail. FAULTS is a list like `12:EIO,40:kill-after,50+:ENOSPC`: the number of the call, `+` for all from there on, and
 * what happens: an error code, `kill-before`, `kill-after`, or `kill-half` (of what is written). A rename into or out of
 * FAULT_MOUNT is one between two disks. FAULT_REPORT names a file for the list of calls, written when the process ends.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const { FAULTS = '', FAULT_ROOT = '', FAULT_MOUNT, FAULT_REPORT } = process.env;
const messages = {
  EACCES: 'permission denied',
  EIO: 'i/o error',
  ENOSPC: 'no space left on device',
  EXDEV: 'cross-device link not permitted',
};

const faults = FAULTS.split(',')
  .filter(Boolean)
  .map((fault) => {
    const [, at, on, kind] = /^(\d+)(\+?):([\w-]+)$/.exec(fault) ?? [];
    return { at: Number(at), on: on === '+', kind: String(kind) };
  });

/** @type {string[]} */
const calls = [];
/** @type {Map<unknown, string>} */
const opened = new Map();
const { writeFileSync } = fs;

/** @param {string} path @param {string} folder */
const isUnder = (path, folder) => path === folder || path.startsWith(folder + sep);

/** @param {unknown} given */
function pathOf(given) {
  if (typeof given === 'string') return resolve(given);
  if (given instanceof URL) return fileURLToPath(given);
  if (Buffer.isBuffer(given)) return resolve(given.toString());
  return opened.get(given);
}

/** @param {string} name @param {string[]} paths */
function failure(name, paths, code = 'EIO') {
  const text = `${code}: ${messages[/** @type {keyof typeof messages} */ (code)] ?? 'injected'}, ${name} ${paths.map((path) => `'${path}'`).join(' -> ')}`;
  return Object.assign(new Error(text), {
    code,
    errno: -5,
    syscall: name,
    path: paths[0],
    dest: paths[1],
  });
}

/** @returns {never} */
function die() {
  process.kill(process.pid, 'SIGKILL');
  // Until the signal arrives, nothing more may happen.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

/** What is to happen at this call: nothing, an error, or a death. @param {string} name @param {readonly unknown[]} given */
function meet(name, given) {
  const paths = given.map(pathOf).filter((path) => path !== undefined);
  if (!paths.some((path) => isUnder(path, FAULT_ROOT))) return undefined;
  calls.push(`${name} ${paths.map((path) => path.slice(FAULT_ROOT.length + 1)).join(' -> ')}`);
  const count = calls.length;
  const fault = faults.find(({ at, on }) => at === count || (on && count > at));
  if (fault?.kind === 'kill-before') die();
  if (fault?.kind.startsWith('kill')) return { kind: fault.kind };
  if (fault) return { kind: 'error', error: failure(name, paths, fault.kind) };
  if (
    name === 'rename' &&
    FAULT_MOUNT &&
    new Set(paths.map((path) => isUnder(path, FAULT_MOUNT))).size > 1
  )
    return { kind: 'error', error: failure(name, paths, 'EXDEV') };
  return undefined;
}

/** @param {unknown} flags */
function changes(flags) {
  if (typeof flags === 'number')
    return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0;
  return typeof flags === 'string' && /[wa+]/.test(flags);
}

/** @param {unknown} data */
function half(data) {
  const bytes = Buffer.from(/** @type {string} */ (data));
  return bytes.subarray(0, bytes.length >> 1);
}

/** @typedef {(...args: any[]) => any} Any */

const withPath = [
  'writeFile',
  'appendFile',
  'truncate',
  'mkdir',
  'mkdtemp',
  'unlink',
  'rmdir',
  'rm',
];
const more = ['chmod', 'lchmod', 'chown', 'lchown', 'utimes', 'lutimes', 'createWriteStream'];
const withFd = [
  'write',
  'writev',
  'fsync',
  'fdatasync',
  'ftruncate',
  'fchmod',
  'fchown',
  'futimes',
];
const withTwo = ['rename', 'link', 'symlink', 'copyFile', 'cp'];
const ofHandle = [
  'write',
  'writev',
  'writeFile',
  'appendFile',
  'sync',
  'datasync',
  'truncate',
  'chmod',
  'chown',
  'utimes',
];

/** @param {string} name @param {readonly unknown[]} args */
function pathsIn(name, args) {
  if (name === 'open') return changes(args[1]) ? [args[0]] : [];
  return withTwo.includes(name) ? args.slice(0, 2) : [args[0]];
}

/** @param {string} name @param {Any} original @returns {Any} */
const promised = (name, original) =>
  async function (/** @type {any[]} */ ...args) {
    const met = meet(name, pathsIn(name, args));
    if (met?.error) throw met.error;
    if (met?.kind === 'kill-half' && name === 'writeFile') args[1] = half(args[1]);
    const result = await original(...args);
    if (met) die();
    if (name === 'open') opened.set(result, resolve(String(args[0])));
    return result;
  };

/** @param {string} name @param {Any} original @returns {Any} */
const synchronous =
  (name, original) =>
  (...args) => {
    const met = meet(name, pathsIn(name, args));
    if (met?.error) throw met.error;
    if (met?.kind === 'kill-half' && name === 'writeFile') args[1] = half(args[1]);
    const result = original(...args);
    if (met) die();
    if (name === 'open') opened.set(result, resolve(String(args[0])));
    return result;
  };

/** @param {string} name @param {Any} original @returns {Any} */
const calledBack =
  (name, original) =>
  (...args) => {
    const done = args.at(-1);
    if (typeof done !== 'function') return original(...args);
    const met = meet(name, pathsIn(name, args));
    if (met?.error) return void process.nextTick(done, met.error);
    return original(...args.slice(0, -1), (/** @type {any[]} */ ...results) => {
      if (met) die();
      if (name === 'open' && !results[0]) opened.set(results[1], resolve(String(args[0])));
      done(...results);
    });
  };

const plain = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (fs));
const promises = /** @type {Record<string, Any>} */ (/** @type {unknown} */ (fs.promises));

const probe = await fs.promises.open(fileURLToPath(import.meta.url));
const handle = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ofHandle) {
  const original = handle[name];
  handle[name] = async function (/** @type {unknown[]} */ ...args) {
    const met = meet(`handle.${name}`, [this]);
    if (met?.error) throw met.error;
    if (met?.kind === 'kill-half' && name === 'writeFile') args[0] = half(args[0]);
    const result = await original.apply(this, args);
    if (met) die();
    return result;
  };
}
for (const name of ['open', ...withPath, ...more, ...withFd, ...withTwo]) {
  const [back, sync, promise] = [plain[name], plain[`${name}Sync`], promises[name]];
  if (sync) plain[`${name}Sync`] = synchronous(name, sync);
  if (back && sync) plain[name] = Object.assign(calledBack(name, back), back);
  if (promise) promises[name] = promised(name, promise);
}
syncBuiltinESMExports();

if (FAULT_REPORT) process.on('exit', () => writeFileSync(FAULT_REPORT, JSON.stringify(calls)));
