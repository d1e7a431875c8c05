import { dirname, join } from 'node:path';
import fs from 'fs-extra';
import { UserError } from '../errors.ts';
import { collision, pathProblem } from '../pipeline/safe-path.ts';
import { stagedBy, stagingPrefix } from '../pipeline/staging.ts';
import type { Plan } from '../types.ts';
import { isErrno, unlessMissing } from './read-text.ts';

/**
 * Writes a new project, whole or not at all: staged in the file system of its place, then renamed into it.
 * @throws UserError when it may not, or when `signal` aborts before the last rename
 */
export async function apply(plan: Plan, root: string, signal: AbortSignal): Promise<void> {
  const writes = plan.changes.flatMap((change) => ('text' in change ? [{ path: change.path, text: change.text }] : []));
  check(writes.map((write) => write.path));
  const exists = await fs.pathExists(root);
  // In a folder that is there, the folder itself: its parent may be another disk, or not ours to write.
  const beside = exists ? root : dirname(root);
  const made = await missingFolders(beside);
  let staging: string | undefined;
  try {
    await fs.ensureDir(beside);
    await removeStale(beside);
    staging = await fs.mkdtemp(join(beside, stagingPrefix(process.pid)));
    await stage(writes, staging, signal);
    await fs.chmod(staging, 0o777 & ~process.umask());
    await (exists ? moveInto(root, staging, signal) : fs.rename(staging, root));
  } catch (error) {
    if (staging) await fs.remove(staging);
    await removeEmpty(made);
    throw explained(error, root);
  }
}

const staleMs = 60_000;

/** Removes what runs left behind that were killed. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const pid = stagedBy(name);
    if (pid === undefined || isRunning(pid)) continue;
    const { mtimeMs } = await fs.lstat(join(folder, name));
    if (Date.now() - mtimeMs > staleMs) await fs.remove(join(folder, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error) || error.code !== 'ESRCH';
  }
}

type Write = { readonly path: string; readonly text: string };

function check(paths: readonly string[]): void {
  const bad = paths.find((path) => pathProblem(path));
  const pair = collision(paths);
  if (bad ?? pair) throw new Error(`The plan has a path that cannot be written: ${bad ?? pair?.join(' and ')}`);
}

async function stage(writes: readonly Write[], staging: string, signal: AbortSignal): Promise<void> {
  const write = async ({ path, text }: Write): Promise<void> => {
    signal.throwIfAborted();
    await fs.writeFile(join(staging, path), text);
  };
  const folders = new Set(writes.map(({ path }) => dirname(path)));
  for (const folder of folders) await fs.ensureDir(join(staging, folder));
  // Settled, not raced: nothing may still be writing when a failure is cleaned up.
  const results = await Promise.allSettled(writes.map(write));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  signal.throwIfAborted();
}

async function moveInto(root: string, staging: string, signal: AbortSignal): Promise<void> {
  const moved: string[] = [];
  try {
    for (const entry of await fs.readdir(staging)) {
      signal.throwIfAborted();
      const target = join(root, entry);
      if (await unlessMissing(fs.lstat(target)))
        throw new UserError(`${entry} appeared meanwhile.`, { code: 'not-empty', hint: 'Try again.' });
      await fs.rename(join(staging, entry), target);
      moved.push(target);
    }
    await fs.remove(staging);
  } catch (error) {
    await Promise.all(moved.map((path) => fs.remove(path)));
    throw error;
  }
}

/** The folders that have to be made for one, the innermost first. */
async function missingFolders(folder: string): Promise<readonly string[]> {
  return (await fs.pathExists(folder)) ? [] : [folder, ...(await missingFolders(dirname(folder)))];
}

/** Takes folders away again, but never what somebody else put into them meanwhile. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await fs.rmdir(folder);
    } catch {
      return;
    }
  }
}

function explained(error: unknown, root: string): unknown {
  if (error instanceof Error && error.name === 'AbortError')
    return new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  if (!isErrno(error)) return error;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'it is not writable',
    EPERM: 'it is not writable',
    EROFS: 'it is not writable',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk is full',
    ENAMETOOLONG: 'the name is too long',
    ENOTEMPTY: 'something is in the way',
    EEXIST: 'something is in the way',
  };
  const why = reasons[error.code ?? ''];
  if (why === undefined) return error;
  const hint = 'Nothing was written. Choose another place: --cwd names where to start.';
  return new UserError(`Cannot write ${root}: ${why}.`, { code: 'no-permission', hint });
}
