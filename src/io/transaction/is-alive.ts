import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { hasCode } from '../system-errors.ts';

/** The identity of a process. */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  /** From `startOf`. The pid alone may belong to a later process. */
  readonly started?: string | undefined;
};

/** Whether a process runs. One on another machine cannot be checked and counts as running. */
export async function isAlive({ pid, host, started }: ProcessIdentity): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  const current = await startOf(pid);
  return started === undefined || current === undefined || started === current;
}

/** Returns the boot and the tick in which a process started, if the system can tell. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is the program's name in parentheses, which may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? 'ended' : `${boot.trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
