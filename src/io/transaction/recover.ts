import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import { hash } from '../../pipeline/text/hash.ts';
import { unlessMissing } from '../system-errors.ts';
import { applyJournal, closeJournal, journalInspector } from './apply-journal.ts';
import { inParallel, removeFile } from './durable-files.ts';
import { nothingWritten, partlyWritten } from './explain-failure.ts';
import { hasContent } from './inspect-target.ts';
import {
  idsIn,
  type Journal,
  type NumberedTarget,
  numberedTargets,
  readJournal,
} from './journal.ts';
import { type Layout, siblingOf, stagingOf } from './layout.ts';
import { rollBack } from './roll-back.ts';
import { clearLocks } from './run-lock.ts';

/** The result of a recovery. `discarded` includes a transaction that was rolled back. */
export type Recovered = 'nothing' | 'discarded' | 'finished';

/**
 * Finishes, rolls back or discards the transaction of a killed run. The process must hold the run
 * lock. @throws UserError `conflict` if the user changed a file since
 */
export async function finishOrDiscard(layout: Layout): Promise<Recovered> {
  const rollback = await readJournal(layout.rollback);
  const journal = rollback ?? (await readJournal(layout.journal));
  try {
    if (rollback) await finishRollback(layout, rollback);
    else if (journal) await finishTransaction(layout, journal);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw partlyWritten(error, layout.root);
  }
  const isCleared = await cleanUp(layout).catch((error: unknown) => {
    throw nothingWritten(error, layout.root);
  });
  if (journal && !rollback) return 'finished';
  return rollback || isCleared ? 'discarded' : 'nothing';
}

/** Whether `.12-factor/tmp`, with these names in it, has only the record of one transaction. */
export async function isCleanedUp(layout: Layout, names: readonly string[]): Promise<boolean> {
  const [id, ...others] = idsIn(names);
  if (id === undefined || others.length > 0) return false;
  if (names.length > 2 || !names.includes('.gitignore')) return false;
  return isCompleted(layout, id);
}

/**
 * Removes everything except the record of the last completed transaction. Returns whether it
 * removed another transaction.
 */
export async function cleanUp(layout: Layout): Promise<boolean> {
  const names = await readdir(layout.tmp);
  await clearLocks(layout.tmp, names);
  let hasRecord = false;
  let hasRemoved = false;
  for (const id of idsIn(names)) {
    const { folder, newFolder } = stagingOf(layout, id);
    const isRecord: boolean = !hasRecord && (await isCompleted(layout, id));
    await rm(isRecord ? newFolder : folder, { recursive: true, force: true, maxRetries: 3 });
    hasRecord ||= isRecord;
    hasRemoved ||= !isRecord;
  }
  return hasRemoved;
}

async function isCompleted(layout: Layout, id: string): Promise<boolean> {
  const { done } = stagingOf(layout, id);
  return (await unlessMissing(lstat(done))) !== undefined;
}

/** Checks all targets before it changes one. */
async function finishRollback(layout: Layout, journal: Journal): Promise<void> {
  const inspect = journalInspector(layout, journal);
  await inParallel(journal.targets, async ({ path, before, after }) => {
    if (before === after) return;
    const found = await inspect(path);
    const isKnown =
      found.kind === 'nothing' || hasContent(found, before) || hasContent(found, after);
    if (!isKnown) throw changedSinceError(layout, journal, path);
  });
  await rollBack(layout, journal);
}

/** Checks all targets before it changes one. */
async function finishTransaction(layout: Layout, journal: Journal): Promise<void> {
  const inspect = journalInspector(layout, journal);
  const todo: NumberedTarget[] = [];
  await inParallel(numberedTargets(journal), async ({ target, n }) => {
    const { path, before, after } = target;
    await removeFile(siblingOf(layout, journal.id, n, path));
    const found = await inspect(path);
    if (hasContent(found, after)) return;
    const isMissing = found.kind === 'nothing';
    const staged = await readStaged(layout, journal, n);
    // It was written, and the user deleted it since.
    if (after !== undefined && isMissing && !staged) return;
    const isStaged = after === undefined || (staged && hash(staged) === after);
    const isOld = isMissing || hasContent(found, before);
    if (!isStaged || !isOld) throw changedSinceError(layout, journal, path);
    todo.push({ target, n });
  });
  await applyJournal(layout, journal, { todo, changed: new Set(), missing: 'write' });
  await closeJournal(layout, journal);
}

function readStaged(layout: Layout, { id }: Journal, n: number): Promise<Buffer | undefined> {
  return unlessMissing(readFile(stagingOf(layout, id).newAt(n)));
}

/** The error for a file that has neither its old nor its new bytes. The user has to decide. */
function changedSinceError(layout: Layout, { id }: Journal, path: string): UserError {
  const { folder } = stagingOf(layout, id);
  const why = 'changed after a run was interrupted; that run cannot be finished';
  return new UserError(`${path} ${why}.`, {
    code: 'conflict',
    hint: `Move ${path} away and run it again. Its old and new text are in ${folder}.`,
  });
}
