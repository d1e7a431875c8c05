import type { Write } from '../../pipeline/plan/change.ts';
import { rename } from 'node:fs/promises';
import { applyJournal, closeJournal } from './apply-journal.ts';
import { ignoreErrors, removeFile, syncFolder } from './durable-files.ts';
import { nothingWritten, partlyWritten } from './explain-failure.ts';
import { isHeld } from './hold-lock.ts';
import { type Journal, numberedTargets } from './journal.ts';
import { type Layout, stagingOf } from './layout.ts';
import { type PrepareOptions, prepare } from './prepare.ts';
import { cleanUp } from './recover.ts';
import { rollBack, startRollback } from './roll-back.ts';

/** Writes all writes or none. The process must hold the run lock. @throws UserError */
export async function commit(
  layout: Layout,
  command: string,
  writes: readonly Write[],
  options: PrepareOptions,
): Promise<void> {
  if (!isHeld(layout)) {
    throw new Error('A transaction needs the run lock: call it inside withRunLock.');
  }
  if (writes.length === 0) return;
  const journal = await begin(layout, command, writes, options);
  const changed = new Set<string>();
  try {
    await syncFolder(layout.tmp);
    const todo = numberedTargets(journal);
    await applyJournal(layout, journal, { todo, changed, missing: 'refuse' });
    await closeJournal(layout, journal);
  } catch (error) {
    try {
      await rollBack(layout, await startRollback(layout, journal, changed));
    } catch {
      throw partlyWritten(error, layout.root);
    }
    await ignoreErrors(cleanUp(layout));
    throw nothingWritten(error, layout.root);
  }
  await ignoreErrors(cleanUp(layout));
}

/** Stages the transaction and passes the commit point: the rename of the journal. */
async function begin(
  layout: Layout,
  command: string,
  writes: readonly Write[],
  options: PrepareOptions,
): Promise<Journal> {
  try {
    const journal = await prepare(layout, command, writes, options);
    options.signal.throwIfAborted();
    await rename(stagingOf(layout, journal.id).preparedJournal, layout.journal);
    return journal;
  } catch (error) {
    await ignoreErrors(removeFile(layout.journal));
    await ignoreErrors(cleanUp(layout));
    throw nothingWritten(error, layout.root);
  }
}
