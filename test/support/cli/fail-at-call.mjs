/**
 * Preloaded with `node --import`. Counts the calls by which this process changes files, and makes
 * some of them fail. The settings are environment variables:
 *
 * - FAULT_ROOT: the folder in which changes are counted.
 * - FAULTS: a list like `12:EIO,40:kill-after,50+:ENOSPC`. Each entry has the number of the call,
 *   `+` for this call and all later ones, and the fault: an error code, or a kill of the process
 *   with `kill-before`, `kill-after` or `kill-half` (after half of the data is written).
 * - FAULT_MOUNT: a folder that counts as another disk. A rename into or out of it fails.
 * - FAULT_REPORT: the file for the list of calls, written when the process exits.
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
    return { at: Number(at), isLasting: on === '+', kind: String(kind) };
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
  const message = messages[/** @type {keyof typeof messages} */ (code)] ?? 'injected';
  const named = paths.map((path) => `'${path}'`).join(' -> ');
  const text = `${code}: ${message}, ${name} ${named}`;
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
  // The signal takes a moment to arrive. Nothing may run until then.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

/**
 * Returns the fault of this call, if it has one. Does not return for `kill-before`.
 * @param {string} name
 * @param {readonly unknown[]} given the paths, URLs or file handles of the call
 */
function faultOf(name, given) {
  const paths = given.map(pathOf).filter((path) => path !== undefined);
  if (!paths.some((path) => isUnder(path, FAULT_ROOT))) return undefined;
  calls.push(`${name} ${paths.map((path) => path.slice(FAULT_ROOT.length + 1)).join(' -> ')}`);
  const count = calls.length;
  const fault = faults.find(({ at, isLasting }) => at === count || (isLasting && count > at));
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

/** @typedef {(...args: any[]) => any} AnyFunction */

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

/** @param {string} name @param {AnyFunction} original @returns {AnyFunction} */
const promised = (name, original) =>
  async function (/** @type {any[]} */ ...args) {
    const fault = faultOf(name, pathsIn(name, args));
    if (fault?.error) throw fault.error;
    if (fault?.kind === 'kill-half' && name === 'writeFile') args[1] = half(args[1]);
    const result = await original(...args);
    if (fault) die();
    if (name === 'open') opened.set(result, resolve(String(args[0])));
    return result;
  };

/** @param {string} name @param {AnyFunction} original @returns {AnyFunction} */
const synchronous =
  (name, original) =>
  (...args) => {
    const fault = faultOf(name, pathsIn(name, args));
    if (fault?.error) throw fault.error;
    if (fault?.kind === 'kill-half' && name === 'writeFile') args[1] = half(args[1]);
    const result = original(...args);
    if (fault) die();
    if (name === 'open') opened.set(result, resolve(String(args[0])));
    return result;
  };

/** @param {string} name @param {AnyFunction} original @returns {AnyFunction} */
const calledBack =
  (name, original) =>
  (...args) => {
    const done = args.at(-1);
    if (typeof done !== 'function') return original(...args);
    const fault = faultOf(name, pathsIn(name, args));
    if (fault?.error) return void process.nextTick(done, fault.error);
    return original(...args.slice(0, -1), (/** @type {any[]} */ ...results) => {
      if (fault) die();
      if (name === 'open' && !results[0]) opened.set(results[1], resolve(String(args[0])));
      done(...results);
    });
  };

const plain = /** @type {Record<string, AnyFunction>} */ (/** @type {unknown} */ (fs));
const promises = /** @type {Record<string, AnyFunction>} */ (/** @type {unknown} */ (fs.promises));

const probe = await fs.promises.open(fileURLToPath(import.meta.url));
const handle = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ofHandle) {
  const original = handle[name];
  handle[name] = async function (/** @type {unknown[]} */ ...args) {
    const fault = faultOf(`handle.${name}`, [this]);
    if (fault?.error) throw fault.error;
    if (fault?.kind === 'kill-half' && name === 'writeFile') args[0] = half(args[0]);
    const result = await original.apply(this, args);
    if (fault) die();
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
