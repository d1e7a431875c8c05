import { mkdir } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import { checkFolders } from './check-folders.ts';
import { pathsProblem } from './check-paths.ts';
import { inParallel, syncFolder, writeDurably } from './durable-files.ts';
import { blockedError, changedError } from './explain-failure.ts';
import { type Found, hashOf, targetInspector } from './inspect-target.ts';
import { type Journal, nextId, type Target } from './journal.ts';
import { type Layout, stagingOf } from './layout.ts';
import { planFolders } from './plan-folders.ts';

/** The new content of a file. */
export type Replacement = {
  readonly path: string;
  /** The sha256 (hex) that the file must have now. Undefined if there must be no file. */
  readonly before: string | undefined;
  /** Undefined deletes the file. */
  readonly bytes: Uint8Array | undefined;
  /** The permissions. By default those of the old file, or of any new file. */
  readonly mode?: number;
};

export type PrepareOptions = {
  readonly signal: AbortSignal;
  readonly readOnly?: 'refuse' | 'overwrite';
  /** The folders that are removed if they become empty. By default all folders of deleted files. */
  readonly prunable?: readonly string[];
};

type Inspected = {
  readonly target: Target;
  readonly replacement: Replacement;
  readonly oldBytes: Uint8Array | undefined;
};

/**
 * Stages the new bytes, the old bytes and the journal, and syncs them. The user's files do not
 * change yet. @throws UserError
 */
export async function prepare(
  layout: Layout,
  command: string,
  replacements: readonly Replacement[],
  options: PrepareOptions,
): Promise<Journal> {
  const inspected = await inspectAll(layout.root, replacements, options);
  const targets = inspected.map(({ target }) => target);
  const journal: Journal = {
    format: 1,
    id: await nextId(layout),
    command,
    at: new Date().toISOString(),
    ...(await planFolders(layout.root, targets, options.prunable)),
    targets,
  };
  await stage(layout, journal, inspected, options.signal);
  return journal;
}

/** Checks that the files are as the plan saw them. @throws UserError */
async function inspectAll(
  root: string,
  replacements: readonly Replacement[],
  { signal, readOnly = 'refuse' }: PrepareOptions,
): Promise<readonly Inspected[]> {
  const targets = replacements.map(({ path, bytes }) => ({ path, after: bytes && hashOf(bytes) }));
  const problem = pathsProblem(targets);
  if (problem !== undefined) {
    throw new Error(`The plan has a path that cannot be written: ${problem}`);
  }
  const paths = replacements.map(({ path }) => path);
  const inspect = targetInspector(root, paths);
  await checkFolders(root, replacements);
  const inspected: Inspected[] = [];
  await inParallel(replacements, async (replacement, n) => {
    signal.throwIfAborted();
    const found = await inspect(replacement.path);
    checkUnchanged(found, replacement, readOnly);
    inspected[n] = recordOf(found, replacement, targets[n]?.after);
  });
  return inspected;
}

function checkUnchanged(
  found: Found,
  { path, before }: Replacement,
  readOnly: 'refuse' | 'overwrite',
): void {
  if (found.kind === 'other') throw blockedError(path, found.what);
  const hash = found.kind === 'file' ? found.hash : undefined;
  if (hash !== before) throw changedError(path);
  const isReadOnly = found.kind === 'file' && !(found.mode & 0o200);
  if (!isReadOnly || readOnly === 'overwrite') return;
  throw new UserError(`${path} is read-only.`, {
    code: 'read-only',
    hint: 'Make it writable and run it again.',
  });
}

function recordOf(found: Found, replacement: Replacement, after: string | undefined): Inspected {
  const { path, before } = replacement;
  if (found.kind !== 'file') return { replacement, oldBytes: undefined, target: { path, after } };
  const target = { path, before, after, mode: found.mode };
  return { replacement, oldBytes: found.bytes, target };
}

async function stage(
  layout: Layout,
  journal: Journal,
  inspected: readonly Inspected[],
  signal: AbortSignal,
): Promise<void> {
  const { folder, newFolder, oldFolder, ...staging } = stagingOf(layout, journal.id);
  await mkdir(folder);
  await mkdir(newFolder);
  await mkdir(oldFolder);
  await inParallel(inspected, async ({ target, replacement, oldBytes }, n) => {
    signal.throwIfAborted();
    const { bytes, mode = target.mode } = replacement;
    if (oldBytes) await writeDurably(staging.oldAt(n), oldBytes, target.mode);
    if (bytes) await writeDurably(staging.newAt(n), bytes, mode);
  });
  await writeDurably(staging.preparedJournal, JSON.stringify(journal));
  for (const changed of [newFolder, oldFolder, folder, layout.tmp]) await syncFolder(changed);
}
