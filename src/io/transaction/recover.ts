import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import { unlessMissing } from '../system-errors.ts';
import { applyJournal, closeJournal, isAs, inspectorOf, numbered } from './apply-journal.ts';
import { inParallel, removeFile } from './durable-files.ts';
import { halfWritten, nothingWritten } from './explain-failure.ts';
import {
  besideOf,
  idsIn,
  type Journal,
  type Places,
  readJournal,
  stagingOf,
  type Target,
} from './journal.ts';
import { hashOf } from './inspect-target.ts';
import { rollBack } from './roll-back.ts';
import { clearLocks } from './run-lock.ts';

export type Recovered = 'nothing' | 'discarded' | 'finished';

/** Finishes or takes back what a killed run left; for who holds the lock. @throws UserError when a file is in the way */
export async function finishOrDiscard(places: Places): Promise<Recovered> {
  const back = await readJournal(places.rollback);
  const journal = back ?? (await readJournal(places.journal));
  try {
    if (back) await takeBack(places, back);
    else if (journal) await complete(places, journal);
  } catch (error) {
    throw error instanceof UserError ? error : halfWritten(error, places.root);
  }
  const cleared = await clear(places).catch((error: unknown) => {
    throw nothingWritten(error, places.root);
  });
  if (journal && !back) return 'finished';
  return back || cleared ? 'discarded' : 'nothing';
}

/** Whether the folder holds nothing but the record of the last transaction. */
export async function isTidy(places: Places, names: readonly string[]): Promise<boolean> {
  const [id, ...others] = idsIn(names);
  if (id === undefined || others.length > 0 || names.length > 2 || !names.includes('.gitignore'))
    return false;
  return (await unlessMissing(lstat(stagingOf(places, id).done))) !== undefined;
}

/** Removes all but the record of the last transaction; whether there was anything else. */
export async function clear(places: Places): Promise<boolean> {
  const names = await readdir(places.tmp);
  await clearLocks(places.tmp, names);
  let kept: string | undefined;
  let cleared = false;
  for (const id of idsIn(names)) {
    const { folder, done, fresh } = stagingOf(places, id);
    const isRecord = kept === undefined && (await unlessMissing(lstat(done))) !== undefined;
    if (isRecord) kept = id;
    await rm(isRecord ? fresh : folder, { recursive: true, force: true, maxRetries: 3 });
    cleared ||= !isRecord;
  }
  return cleared;
}

async function takeBack(places: Places, journal: Journal): Promise<void> {
  const look = inspectorOf(places, journal);
  await inParallel(journal.targets, async (target) => {
    const { path, before, after } = target;
    if (before === after) return;
    const found = await look(path);
    if (found.kind !== 'nothing' && !isAs(found, before) && !isAs(found, after))
      throw strange(places, journal, path);
  });
  await rollBack(places, journal);
}

async function complete(places: Places, journal: Journal): Promise<void> {
  const look = inspectorOf(places, journal);
  const staging = stagingOf(places, journal.id);
  const todo: { target: Target; n: number }[] = [];
  await inParallel(numbered(journal), async ({ target, n }) => {
    await removeFile(besideOf(places, journal, n, target.path));
    const found = await look(target.path);
    if (isAs(found, target.after)) return;
    if (target.after !== undefined) {
      const staged = await unlessMissing(readFile(staging.newAt(n)));
      // It was written, and the user deleted it since.
      if (!staged && found.kind === 'nothing') return;
      if (!staged || hashOf(staged) !== target.after) throw strange(places, journal, target.path);
    }
    if (!isAs(found, target.before, 'write')) throw strange(places, journal, target.path);
    todo.push({ target, n });
  });
  await applyJournal(places, journal, { todo, moved: new Set(), missing: 'write' });
  await closeJournal(places, journal);
}

/** Neither its old bytes nor its new ones: nothing is touched until the user has decided. */
function strange(places: Places, { id }: Journal, path: string): UserError {
  const { folder } = stagingOf(places, id);
  return new UserError(
    `${path} changed after a run was interrupted; that run cannot be finished.`,
    {
      code: 'conflict',
      hint: `Move ${path} away and run it again; its texts from before and after are in ${folder}.`,
    },
  );
}
