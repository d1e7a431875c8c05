import { lstat, readdir, readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { Write } from '../../pipeline/plan/change.ts';
import { unlessMissing } from '../system-errors.ts';
import { isAs, inspectorOf, numbered } from './apply-journal.ts';
import { commit } from './commit.ts';
import { inParallel } from './durable-files.ts';
import { nothingWritten, unreadable } from './explain-failure.ts';
import { holdLock } from './hold-lock.ts';
import { type Journal, lastDone, type Places, placesOf, stagingOf } from './journal.ts';
import { hashOf } from './inspect-target.ts';
import { guardAll, type Replacement } from './prepare.ts';
import { isTidy, type Recovered, finishOrDiscard } from './recover.ts';
import { checkUnlocked, isLocked } from './run-lock.ts';

/** What one transaction did to its files; hashes are sha256, hex, and `undefined` is no file. */
export type Done = {
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
 * Holds the run lock of `root` while `work` runs, after finishing or discarding what a killed run left.
 * @throws UserError `busy` while another run holds it
 */
export async function withRunLock<Value>(root: string, work: () => Promise<Value>): Promise<Value> {
  return await holding(placesOf(root), work);
}

async function holding<Value>(
  places: Places,
  work: (recovered: Recovered) => Promise<Value>,
): Promise<Value> {
  const letGo = await holdLock(places).catch((error: unknown) => {
    throw nothingWritten(error, places.root);
  });
  try {
    return await work(await finishOrDiscard(places));
  } finally {
    await letGo();
  }
}

/**
 * Finishes or discards what a killed run left; writes nothing where nothing was left, or while another run is at work.
 * @throws UserError `conflict` when a file changed since, so that it cannot
 */
export async function recover(root: string): Promise<Recovered> {
  const places = placesOf(root);
  const names = await unlessMissing(readdir(places.tmp)).catch(async (error: unknown) => {
    const isOpen = await lstat(places.own).then(
      () => true,
      () => false,
    );
    throw unreadable(error, isOpen ? places.own : places.root);
  });
  if (names === undefined || (await isTidy(places, names)) || (await isLocked(places.lock)))
    return 'nothing';
  try {
    return await holding(places, async (recovered) =>
      recovered === 'nothing' ? 'discarded' : recovered,
    );
  } catch (error) {
    if (error instanceof UserError && error.code === 'busy') return 'nothing';
    throw error;
  }
}

/** Refuses a folder that another run is at work in. @throws UserError `busy` */
export async function checkIdle(root: string): Promise<void> {
  await checkUnlocked(placesOf(root).lock);
}

/**
 * Writes all of it or nothing; must run inside `exclusively`. `command` is kept for `undo`, which refuses `create`.
 * @throws UserError after which the old tree stands, or whose message says that it does not
 */
export async function transact(
  root: string,
  command: string,
  writes: readonly Write[],
  {
    signal,
    readOnly = 'refuse',
  }: { readonly signal: AbortSignal; readonly readOnly?: 'refuse' | 'overwrite' },
): Promise<void> {
  const replacements = writes
    .map(({ path, before, text }): Replacement => ({
      path,
      before,
      bytes: text === undefined ? text : Buffer.from(text),
    }))
    .filter(({ before, bytes }) => before !== (bytes && hashOf(bytes)));
  await commit(placesOf(root), command, replacements, { signal, readOnly });
}

/** Refuses what `transact` would refuse for its place alone: a folder that leads out, two names of one file. @throws UserError */
export async function checkPlaces(root: string, writes: readonly Write[]): Promise<void> {
  const replacements = writes.map(({ path, before, text }) => ({
    path,
    before,
    bytes: text === undefined ? text : Buffer.alloc(0),
  }));
  await guardAll(root, replacements);
}

/** What the last command that changed something did. */
export async function lastTransaction(root: string): Promise<Done | undefined> {
  const last = await lastDone(placesOf(root));
  return (
    last && {
      command: last.command,
      at: last.at,
      files: last.targets.map(({ path, before, after }) => ({ path, before, after })),
    }
  );
}

/** What an undo did: `command` was taken back, `restored` are as before it, `kept` were edited since. */
export type Undone = {
  readonly command: string;
  readonly restored: readonly string[];
  readonly kept: readonly string[];
};

/**
 * Puts back what the last transaction changed, but keeps files that were edited since; must run inside `exclusively`.
 * Is itself a transaction, which the next undo takes back.
 * @throws UserError when there is none, or it was `create`
 */
export async function undo(
  root: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Undone> {
  const places = placesOf(root);
  const last = await lastDone(places);
  if (!last)
    throw new UserError(`There is nothing to undo in ${places.root}.`, {
      code: 'not-found',
      hint: 'git brings back what was committed.',
    });
  if (last.command === 'create')
    throw new UserError('The last command was create, which undo does not take back.', {
      code: 'bad-usage',
      hint: `To take it back, remove ${places.root}.`,
    });
  const replacements = await oldOnes(places, last);
  checkOwnFiles(last, replacements);
  await commit(places, opposite(last.command), replacements, {
    signal,
    readOnly: 'overwrite',
    prunable: last.made,
  });
  const restored = replacements.map(({ path }) => path);
  const kept = last.targets.map(({ path }) => path).filter((path) => !restored.includes(path));
  return { command: last.command, restored, kept };
}

const prefix = 'undo of ';

/** What taking a command back is called; of that itself, the command again. */
function opposite(command: string): string {
  return command.startsWith(prefix) ? command.slice(prefix.length) : prefix + command;
}

/** What we keep for ourselves goes back together or not at all: a lock speaks of exactly the pristine texts beside it. */
function checkOwnFiles(last: Journal, replacements: readonly Replacement[]): void {
  const restored = new Set(replacements.map(({ path }) => path));
  const changed = last.targets.find(
    ({ path }) => path.startsWith('.12-factor/') && !restored.has(path),
  );
  if (!changed) return;
  throw new UserError(`${changed.path} changed since, so the last command cannot be taken back.`, {
    code: 'conflict',
    hint: 'git brings back what was committed.',
  });
}

/** What the files were that are still as the transaction left them. */
async function oldOnes(places: Places, last: Journal): Promise<readonly Replacement[]> {
  const look = inspectorOf(places, last);
  const replacements: (Replacement | undefined)[] = [];
  await inParallel(numbered(last), async ({ target: { path, before, after, mode }, n }) => {
    if (!isAs(await look(path), after)) return;
    const bytes =
      before === undefined ? undefined : await readFile(stagingOf(places, last.id).oldAt(n));
    if (bytes && hashOf(bytes) !== before)
      throw new UserError(`The old text of ${path} is damaged, so it cannot be restored.`, {
        code: 'conflict',
      });
    replacements[n] = { path, before: after, bytes, ...(mode === undefined ? {} : { mode }) };
  });
  return replacements.filter((replacement) => replacement !== undefined);
}
