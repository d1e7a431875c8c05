import { rename } from 'node:fs/promises';
import { applyJournal, closeJournal, numbered } from './apply-journal.ts';
import { quietly, removeFile, syncFolder } from './durable-files.ts';
import { halfWritten, nothingWritten } from './explain-failure.ts';
import { isHeld } from './hold-lock.ts';
import { type Journal, type Places, stagingOf } from './journal.ts';
import { type Choices, prepare, type Replacement } from './prepare.ts';
import { clear } from './recover.ts';
import { rollBack, turnBack } from './roll-back.ts';

/** Writes all of it or nothing, for who holds the lock. @throws UserError */
export async function commit(
  places: Places,
  command: string,
  replacements: readonly Replacement[],
  choices: Choices,
): Promise<void> {
  if (!isHeld(places))
    throw new Error('A transaction needs the run lock: call it inside exclusively.');
  if (replacements.length === 0) return;
  const journal = await begin(places, command, replacements, choices);
  const moved = new Set<string>();
  try {
    await syncFolder(places.tmp);
    await applyJournal(places, journal, { todo: numbered(journal), moved, missing: 'refuse' });
    await closeJournal(places, journal);
  } catch (error) {
    try {
      await rollBack(places, await turnBack(places, journal, moved));
    } catch {
      throw halfWritten(error, places.root);
    }
    await quietly(clear(places));
    throw nothingWritten(error, places.root);
  }
  await quietly(clear(places));
}

/** Up to the commit point: the rename of the journal. */
async function begin(
  places: Places,
  command: string,
  replacements: readonly Replacement[],
  choices: Choices,
): Promise<Journal> {
  try {
    const journal = await prepare(places, command, replacements, choices);
    choices.signal.throwIfAborted();
    await rename(stagingOf(places, journal.id).prepared, places.journal);
    return journal;
  } catch (error) {
    await quietly(removeFile(places.journal));
    await quietly(clear(places));
    throw nothingWritten(error, places.root);
  }
}
