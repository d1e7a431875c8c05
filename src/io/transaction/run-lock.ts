import { randomBytes } from 'node:crypto';
import { link, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { unlessMissing, hasCode, unlessCode } from '../system-errors.ts';
import { ignoreErrors, writeDurably } from './durable-files.ts';
import { isAlive, startOf } from './is-alive.ts';

const holderSchema = z.object({
  token: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  pid: z.number(),
  host: z.string(),
  /** When the process started, if the system tells: the pid may belong to a later process. */
  started: z.optional(z.string()),
});

/** The process that holds a lock. */
type Holder = z.infer<typeof holderSchema>;

/**
 * Takes the lock at `path` and returns a function that releases it. Takes over the lock of a dead
 * process.
 * @throws UserError `busy` if a live process holds it
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = await newHolder();
  while (!(await createLock(path, own))) {
    const other = await readHolder(path);
    if (other === undefined) continue;
    if (other === 'unreadable' || (await isAlive(other))) throw busyError(path, other);
    await removeDeadLock(path, other);
  }
  return async () => {
    if (await isHeldBy(path, own)) await unlink(path);
  };
}

async function newHolder(): Promise<Holder> {
  const holder: Holder = {
    token: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
  };
  const started = await startOf(process.pid);
  return started === undefined ? holder : { ...holder, started };
}

/**
 * Removes the lock of a dead process. Two processes must not do this at once, because the second
 * would remove the first one's new lock. So the remover takes another lock, which is named after
 * the dead lock's token.
 */
async function removeDeadLock(path: string, dead: Holder): Promise<void> {
  const release = await takeLock(`${path}.${dead.token}`);
  try {
    if (await isHeldBy(path, dead)) await unlink(path);
  } finally {
    await release();
  }
}

/** Whether a live process holds the lock. */
export async function isLocked(path: string): Promise<boolean> {
  return (await liveHolder(path)) !== undefined;
}

/** @throws UserError `busy` if a live process holds the lock */
export async function checkUnlocked(path: string): Promise<void> {
  const holder = await liveHolder(path);
  if (holder !== undefined) throw busyError(path, holder);
}

/** Returns the holder of a lock. A lock that cannot be read counts as held. */
async function liveHolder(path: string): Promise<Holder | 'unreadable' | undefined> {
  const holder = await readHolder(path);
  if (holder === undefined || holder === 'unreadable') return holder;
  return (await isAlive(holder)) ? holder : undefined;
}

/**
 * Creates the lock with its content in one step, so that no process reads an incomplete one.
 * Returns false if it exists.
 */
async function createLock(path: string, own: Holder): Promise<boolean> {
  const complete = join(dirname(path), `lock.new-${own.token}`);
  const text = JSON.stringify(own);
  try {
    await writeDurably(complete, text);
    await link(complete, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    const hasNoLinks = hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS');
    if (!hasNoLinks) throw error;
    return await createWithoutLink(path, text);
  } finally {
    await ignoreErrors(unlink(complete));
  }
}

/** Creates the lock on a disk without hard links. */
async function createWithoutLink(path: string, text: string): Promise<boolean> {
  try {
    await writeDurably(path, text);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | 'unreadable' | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    return z.parse(holderSchema, JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

async function isHeldBy(path: string, { token }: Holder): Promise<boolean> {
  const holder = await readHolder(path);
  return typeof holder === 'object' && holder.token === token;
}

function busyError(path: string, holder: Holder | 'unreadable'): UserError {
  const where = holder === 'unreadable' ? '' : ` (process ${holder.pid} on ${holder.host})`;
  return new UserError(`Another run${where} is active here.`, {
    code: 'busy',
    hint: `Wait until it ends. If it no longer runs, delete ${path}.`,
  });
}

/** Removes the other lock files of dead processes. The process must hold the run lock. */
export async function clearLocks(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (name.startsWith('lock.')) await unlessCode(unlink(join(folder, name)), 'ENOENT');
  }
}
