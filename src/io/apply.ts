import { basename, dirname, join } from 'node:path';
import fs from 'fs-extra';
import { UserError } from '../errors.ts';
import { collision, pathProblem } from '../pipeline/safe-path.ts';
import type { Plan } from '../types.ts';
import { isErrno } from './read-text.ts';

/**
 * Writes a new project, whole or not at all: staged in the file system of its place, then renamed into it.
 * @throws UserError when it may not, or when `signal` aborts before the last rename
 */
export async function apply(plan: Plan, root: string, signal: AbortSignal): Promise<void> {
  const writes = plan.changes.flatMap((change) => ('text' in change ? [{ path: change.path, text: change.text }] : []));
  check(writes.map((write) => write.path));
  const exists = await fs.pathExists(root);
  const made = exists ? undefined : await firstMissing(dirname(root));
  // In a folder that is there, the folder itself: its parent may be another disk, or not ours to write.
  const staging = join(exists ? root : dirname(root), `.${basename(root)}.12-factor-${process.pid}`);
  try {
    await stage(writes, staging, signal);
    await (exists ? moveInto(root, staging, signal) : fs.rename(staging, root));
  } catch (error) {
    await fs.remove(staging);
    if (made) await fs.remove(made);
    throw explained(error, root);
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
    await fs.outputFile(join(staging, path), text);
  };
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
      if (await fs.pathExists(target))
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

async function firstMissing(folder: string): Promise<string | undefined> {
  if (await fs.pathExists(folder)) return undefined;
  return (await firstMissing(dirname(folder))) ?? folder;
}

function explained(error: unknown, root: string): unknown {
  if (error instanceof Error && error.name === 'AbortError')
    return new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  if (!isErrno(error) || !['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code ?? '')) return error;
  const why = error.code === 'ENOSPC' ? 'the disk is full' : 'it is not writable';
  const hint = 'Nothing was written. Choose another place: --cwd names where to start.';
  return new UserError(`Cannot write to ${dirname(root)}: ${why}.`, { code: 'no-permission', hint });
}
