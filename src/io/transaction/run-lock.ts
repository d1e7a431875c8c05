import { randomBytes } from 'node:crypto';
import { link, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { unlessMissing, hasCode, unlessCode } from '../system-errors.ts';
import { quietly, writeDurably } from './durable-files.ts';

const holder = z.object({
  token: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  pid: z.number(),
  host: z.string(),
  /** When the process began, where the system says; tells it from a later one with the same number. */
  started: z.optional(z.string()),
});

type Holder = z.infer<typeof holder>;

/**
 * Takes the lock at `path`; what it returns gives it back. A dead process's lock is taken over: only who holds the lock
 * named after its token may remove it, and that one may be a dead process's too.
 * @throws UserError `busy` while a live process has it
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const started = await startOf(process.pid);
  const mine: Holder = {
    token: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
    ...(started === undefined ? {} : { started }),
  };
  while (!(await createWhole(path, mine))) {
    const other = await readHolder(path);
    if (other === undefined) continue;
    if (other === 'unreadable' || (await isAlive(other))) throw busy(path, other);
    const giveBack = await takeLock(`${path}.${other.token}`);
    try {
      if (await isHeldBy(path, other)) await unlink(path);
    } finally {
      await giveBack();
    }
  }
  return async () => {
    if (await isHeldBy(path, mine)) await unlink(path);
  };
}

/** Whether a live process has the lock. */
export async function isLocked(path: string): Promise<boolean> {
  const other = await readHolder(path);
  return other === 'unreadable' || (other !== undefined && (await isAlive(other)));
}

/** @throws UserError `busy` while a live process has the lock */
export async function checkUnlocked(path: string): Promise<void> {
  const other = await readHolder(path);
  if (other === 'unreadable' || (other !== undefined && (await isAlive(other))))
    throw busy(path, other);
}

/** Creates the lock with all that it says at once, so that nobody reads half of it; false where there is one. */
async function createWhole(path: string, mine: Holder): Promise<boolean> {
  const whole = join(dirname(path), `lock.new-${mine.token}`);
  const text = JSON.stringify(mine);
  try {
    await writeDurably(whole, text);
    await link(whole, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    return await createInPlace(path, text);
  } finally {
    await quietly(unlink(whole));
  }
}

/** For disks without hard links. */
async function createInPlace(path: string, text: string): Promise<boolean> {
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
    return z.parse(holder, JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

async function isHeldBy(path: string, { token }: Holder): Promise<boolean> {
  const found = await readHolder(path);
  return typeof found === 'object' && found.token === token;
}

/** Of another machine's process nobody here can tell. */
async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  const now = await startOf(pid);
  return started === undefined || now === undefined || started === now;
}

/** The boot and the tick in which a process began, where the system says. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The program's name comes second, in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : `${boot.trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function busy(path: string, other: Holder | 'unreadable'): UserError {
  const who =
    other === 'unreadable' ? 'Another run' : `Another run (process ${other.pid} on ${other.host})`;
  const hint = `Wait until it ends. If it no longer runs, delete ${path}.`;
  return new UserError(`${who} is at work here.`, { code: 'busy', hint });
}

/** Removes what dead processes left of their locks; for who holds the lock. */
export async function clearLocks(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    if (name.startsWith('lock.')) await unlessCode(unlink(join(folder, name)), 'ENOENT');
}
