/*
 * Writes files into a user's project: all of them or none, even if the process is killed.
 *
 * Everything that this needs is in `.12-factor/tmp` (layout.ts). The run lock in it (run-lock.ts)
 * keeps two runs out of one project. A transaction has four steps:
 *
 * 1. Stage (prepare.ts). Check that every file is as the plan saw it. Write the new bytes to
 *    `tx-<id>/new`, the old bytes to `tx-<id>/old` and the journal to `tx-<id>/journal.json`, and
 *    sync them to the disk. The user's files do not change yet.
 * 2. Commit point (commit.ts). Rename the journal to `tmp/journal.json`. A run that is killed
 *    before has changed nothing. One that is killed after will be finished.
 * 3. Move into place (apply-journal.ts). Delete files, remove and create folders, and rename the
 *    staged files to their targets.
 * 4. Complete (apply-journal.ts). Rename the journal to `tx-<id>/done`, and remove the rest.
 *
 * If step 3 or 4 fails, the run rolls back (roll-back.ts): it renames the journal to
 * `tmp/rollback.json` and restores the old bytes.
 *
 * The next run recovers what a killed run left (recover.ts). It finishes the rollback if there is a
 * `rollback.json`, finishes the transaction if there is a `journal.json`, and otherwise removes
 * what was staged. It stops if a file has neither its old nor its new bytes.
 *
 * `undo` reads `tx-<id>/done` and writes the old bytes in a new transaction
 * (undo-transaction.ts), so that the next `undo` redoes the command. A file that was edited since
 * is merged: `tx-<id>/result` has the bytes that the command wrote over old ones.
 */
import { lstat, readdir, rmdir } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { Write } from '../../pipeline/plan/change.ts';
import { unlessMissing } from '../system-errors.ts';
import { checkFolders } from './check-folders.ts';
import { commit } from './commit.ts';
import { ignoreErrors } from './durable-files.ts';
import { nothingWritten, unreadable } from './explain-failure.ts';
import { holdLock } from './hold-lock.ts';
import { hashOfContent } from './inspect-target.ts';
import { lastCompleted } from './journal.ts';
import { type Layout, layoutOf } from './layout.ts';
import { finishOrDiscard, isCleanedUp, type Recovered } from './recover.ts';
import { checkUnlocked, isLocked } from './run-lock.ts';

/** The record of a completed transaction. Hashes are sha256 in hex; undefined means no file. */
export type CompletedTransaction = {
  readonly command: string;
  /** ISO 8601. */
  readonly at: string;
  readonly files: readonly {
    readonly path: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
};

/**
 * Runs `work` while this process holds the run lock of `root`. Before, it finishes or discards the
 * transaction of a killed run.
 * @throws UserError `busy` if another run holds the lock
 */
export async function withRunLock<Value>(root: string, work: () => Promise<Value>): Promise<Value> {
  return await recoverWithLock(layoutOf(root), work);
}

async function recoverWithLock<Value>(
  layout: Layout,
  work: (recovered: Recovered) => Promise<Value>,
): Promise<Value> {
  const release = await holdLock(layout).catch((error: unknown) => {
    throw nothingWritten(error, layout.root);
  });
  try {
    return await work(await finishOrDiscard(layout));
  } finally {
    await release();
  }
}

/**
 * Finishes or discards the transaction of a killed run. Without one, it removes only an
 * empty `.12-factor`. Writes nothing while another run is active.
 * @throws UserError `conflict` if the user changed a file since
 */
export async function recover(root: string): Promise<Recovered> {
  const layout = layoutOf(root);
  const names = await listTmp(layout);
  if (names === undefined) {
    // A run that was killed at its very start leaves an empty folder. No other one is removed.
    const entries = await readdir(layout.own).catch(() => undefined);
    if (entries?.length === 0) await ignoreErrors(rmdir(layout.own));
    return 'nothing';
  }
  if (await isCleanedUp(layout, names)) return 'nothing';
  if (await isLocked(layout.lock)) return 'nothing';
  try {
    // With nothing to finish, there was at least something to remove.
    return await recoverWithLock(layout, async (recovered) =>
      recovered === 'nothing' ? 'discarded' : recovered,
    );
  } catch (error) {
    if (error instanceof UserError && error.code === 'busy') return 'nothing';
    throw error;
  }
}

/** Lists `.12-factor/tmp`. Undefined if it is missing. @throws UserError if it is not readable */
async function listTmp(layout: Layout): Promise<readonly string[] | undefined> {
  try {
    return await unlessMissing(readdir(layout.tmp));
  } catch (error) {
    const own = await lstat(layout.own).catch(() => undefined);
    throw unreadable(error, own ? layout.own : layout.root);
  }
}

/** @throws UserError `busy` if another run is active in the folder */
export async function checkIdle(root: string): Promise<void> {
  await checkUnlocked(layoutOf(root).lock);
}

/** `readOnly` says what to do with read-only files. */
export type TransactOptions = {
  readonly signal: AbortSignal;
  readonly readOnly?: 'refuse' | 'overwrite';
};

/**
 * Writes all files or none. Call it inside `withRunLock`. `command` is stored for `undo`.
 * @throws UserError if nothing was written, or if its message says that some files were
 */
export async function transact(
  root: string,
  command: string,
  writes: readonly Write[],
  { signal, readOnly = 'refuse' }: TransactOptions,
): Promise<void> {
  const needed = writes.filter(({ before, content }) => before !== hashOfContent(content));
  await commit(layoutOf(root), command, needed, { signal, readOnly });
}

/**
 * Refuses writes into a folder that leads out of the root, and two paths of one file. `transact`
 * checks this again. @throws UserError
 */
export async function checkWritable(root: string, writes: readonly Write[]): Promise<void> {
  await checkFolders(root, writes);
}

/** Returns the last completed transaction, which `undo` would undo. */
export async function lastTransaction(root: string): Promise<CompletedTransaction | undefined> {
  const last = await lastCompleted(layoutOf(root));
  if (!last) return undefined;
  const { command, at, targets } = last;
  return {
    command,
    at,
    files: targets.map(({ path, before, after }) => ({ path, before, after })),
  };
}
