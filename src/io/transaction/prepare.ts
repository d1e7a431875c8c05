import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';
import { unlessMissing } from '../system-errors.ts';
import { foldersOf, pairedByCase, pathsProblem } from './check-paths.ts';
import { inParallel, syncFolder, writeDurably } from './durable-files.ts';
import { type Journal, nextId, type Places, stagingOf, type Target } from './journal.ts';
import {
  type Guard,
  guardOf,
  hashOf,
  isSpelled,
  type InspectTarget,
  targetInspector,
} from './inspect-target.ts';

/** What a file is to become; `bytes` is `undefined` for no file, `mode` for the one it has or any new one gets. */
export type Replacement = {
  readonly path: string;
  readonly before: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly mode?: number;
};

export type Choices = {
  readonly signal: AbortSignal;
  readonly readOnly?: 'refuse' | 'overwrite';
  /** The only folders that may go when they hold nothing any more; without it, every one that a deleted file was in. */
  readonly prunable?: readonly string[];
};

type Seen = {
  readonly target: Target;
  readonly replacement: Replacement;
  readonly old: Uint8Array | undefined;
};

/** Stages new bytes, old bytes and the journal, through to the disk; nothing is yet where it belongs. */
export async function prepare(
  places: Places,
  command: string,
  replacements: readonly Replacement[],
  choices: Choices,
): Promise<Journal> {
  const seen = await inspect(places.root, replacements, choices);
  const journal: Journal = {
    format: 1,
    id: await nextId(places),
    command,
    at: new Date().toISOString(),
    ...(await foldersOfAll(places.root, seen, choices.prunable)),
    targets: seen.map(({ target }) => target),
  };
  await stage(places, journal, seen, choices.signal);
  return journal;
}

/** Compares what is there with what the plan saw. @throws UserError */
async function inspect(
  root: string,
  replacements: readonly Replacement[],
  choices: Choices,
): Promise<readonly Seen[]> {
  const targets = replacements.map(({ path, bytes }) => ({ path, after: bytes && hashOf(bytes) }));
  const problem = pathsProblem(targets);
  if (problem !== undefined)
    throw new Error(`The plan has a path that cannot be written: ${problem}`);
  const look = targetInspector(
    root,
    replacements.map(({ path }) => path),
  );
  await guardAll(root, replacements);
  const seen: Seen[] = [];
  await inParallel(replacements, async (replacement, n) => {
    choices.signal.throwIfAborted();
    seen[n] = await inspectOne(look, replacement, targets[n]?.after, choices.readOnly ?? 'refuse');
  });
  return seen;
}

async function inspectOne(
  look: InspectTarget,
  replacement: Replacement,
  after: string | undefined,
  readOnly: 'refuse' | 'overwrite',
): Promise<Seen> {
  const { path, before } = replacement;
  const found = await look(path);
  if (found.kind === 'other') throw inTheWay(path, found.what);
  if (found.kind === 'nothing') {
    if (before !== undefined) throw changed(path);
    return { replacement, old: undefined, target: { path, after } };
  }
  if (found.hash !== before) throw changed(path);
  if (readOnly === 'refuse' && !(found.mode & 0o200))
    throw new UserError(`${path} is read-only.`, {
      code: 'read-only',
      hint: 'Make it writable and run it again.',
    });
  return { replacement, old: found.bytes, target: { path, before, after, mode: found.mode } };
}

/** The user's edit while we planned. */
export function changed(path: string): UserError {
  return new UserError(`${path} changed meanwhile.`, { code: 'conflict', hint: 'Run it again.' });
}

function inTheWay(path: string, what: string): UserError {
  return new UserError(`${path} is ${what}.`, {
    code: 'not-empty',
    hint: 'Move it away and run it again.',
  });
}

/** No folder may lead out of the root, nor two names to one file. */
export async function guardAll(root: string, replacements: readonly Replacement[]): Promise<void> {
  const guard = await guardOf(root);
  const real = new Map<string, string>();
  for (const folder of new Set(replacements.map(({ path }) => dirname(path))))
    real.set(folder, await nearest(guard, folder));
  const names = new Map<string, string>();
  for (const { path, bytes } of replacements) {
    if (bytes === undefined) continue;
    const name = join(real.get(dirname(path)) ?? '', basename(path));
    const other = names.get(name);
    if (other !== undefined) throw inTheWay(path, `another name of ${other}`);
    names.set(name, path);
  }
}

/** Where a folder is or will be. */
async function nearest(guard: Guard, folder: string): Promise<string> {
  const found = await unlessMissing(guard(folder));
  return found ?? join(await nearest(guard, dirname(folder)), basename(folder));
}

/** Which folders have to be made, and which may go. */
async function foldersOfAll(
  root: string,
  seen: readonly Seen[],
  prunable: readonly string[] | undefined,
): Promise<Pick<Journal, 'made' | 'pruned'>> {
  const coming = seen.flatMap(({ target }) => (target.after ? [target.path] : []));
  const going = seen.flatMap(({ target }) => (target.after ? [] : [target.path]));
  const needed = new Set(coming.flatMap(foldersOf));
  const left = new Set(going.flatMap(foldersOf).filter((folder) => !needed.has(folder)));
  const replaceable = pairedByCase([...needed, ...left, ...going]);
  const made: string[] = [];
  await inParallel([...needed], async (folder) => {
    const stats = await unlessMissing(stat(join(root, folder)));
    const replaced = stats && replaceable.has(folder);
    if (stats && !stats.isDirectory() && !replaced) throw inTheWay(folder, 'not a folder');
    if (!stats || (replaced && !(stats.isDirectory() && (await isSpelled(root, folder)))))
      made.push(folder);
  });
  const pruned = [...left].filter((folder) => prunable?.includes(folder) ?? true);
  return { made: made.toSorted(), pruned: pruned.toSorted().toReversed() };
}

async function stage(
  places: Places,
  journal: Journal,
  seen: readonly Seen[],
  signal: AbortSignal,
): Promise<void> {
  const staging = stagingOf(places, journal.id);
  await mkdir(staging.folder);
  await mkdir(staging.fresh);
  await mkdir(staging.old);
  await inParallel(seen, async ({ target, replacement, old }, n) => {
    signal.throwIfAborted();
    if (old) await writeDurably(staging.oldAt(n), old, target.mode);
    if (replacement.bytes)
      await writeDurably(staging.newAt(n), replacement.bytes, replacement.mode ?? target.mode);
  });
  await writeDurably(staging.prepared, JSON.stringify(journal));
  for (const folder of [staging.fresh, staging.old, staging.folder, places.tmp])
    await syncFolder(folder);
}
