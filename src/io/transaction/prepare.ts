import { mkdir } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { Write } from '../../pipeline/plan/change.ts';
import { checkFolders } from './check-folders.ts';
import { pathsProblem } from './check-paths.ts';
import { inParallel, syncFolder, writeDurably } from './durable-files.ts';
import { blockedError, changedError } from './explain-failure.ts';
import { type Found, hashOfContent, targetInspector } from './inspect-target.ts';
import { type Journal, nextId, type Target } from './journal.ts';
import { type Layout, stagingOf } from './layout.ts';
import { planFolders } from './plan-folders.ts';

export type PrepareOptions = {
  readonly signal: AbortSignal;
  readonly readOnly?: 'refuse' | 'overwrite';
  /** The folders that are removed if they become empty. By default all folders of deleted files. */
  readonly prunable?: readonly string[];
};

type Inspected = {
  readonly target: Target;
  readonly write: Write;
  readonly oldBytes: Uint8Array | undefined;
};

/**
 * Stages the new bytes, the old bytes and the journal, and syncs them. The user's files do not
 * change yet. @throws UserError
 */
export async function prepare(
  layout: Layout,
  command: string,
  writes: readonly Write[],
  options: PrepareOptions,
): Promise<Journal> {
  const inspected = await inspectAll(layout.root, writes, options);
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
  writes: readonly Write[],
  { signal, readOnly = 'refuse' }: PrepareOptions,
): Promise<readonly Inspected[]> {
  const targets = writes.map(({ path, content }) => ({ path, after: hashOfContent(content) }));
  const problem = pathsProblem(targets);
  if (problem !== undefined) {
    throw new Error(`The plan has a path that cannot be written: ${problem}`);
  }
  const paths = writes.map(({ path }) => path);
  const inspect = targetInspector(root, paths);
  await checkFolders(root, writes);
  const inspected: Inspected[] = [];
  await inParallel(writes, async (write, n) => {
    signal.throwIfAborted();
    const found = await inspect(write.path);
    checkUnchanged(found, write, readOnly);
    inspected[n] = recordOf(found, write, targets[n]?.after);
  });
  return inspected;
}

function checkUnchanged(
  found: Found,
  { path, before }: Write,
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

function recordOf(found: Found, write: Write, after: string | undefined): Inspected {
  const { path, before } = write;
  if (found.kind !== 'file') return { write, oldBytes: undefined, target: { path, after } };
  const target = { path, before, after, mode: found.mode };
  return { write, oldBytes: found.bytes, target };
}

async function stage(
  layout: Layout,
  journal: Journal,
  inspected: readonly Inspected[],
  signal: AbortSignal,
): Promise<void> {
  const { folder, newFolder, oldFolder, resultFolder, ...staging } = stagingOf(layout, journal.id);
  const modes = new Map<string | undefined, number | undefined>(
    inspected.map(({ target }) => [target.path, target.mode]),
  );
  await mkdir(folder);
  await mkdir(newFolder);
  await mkdir(oldFolder);
  await mkdir(resultFolder);
  await inParallel(inspected, async ({ target, write, oldBytes }, n) => {
    signal.throwIfAborted();
    const { content, mode = target.mode ?? modes.get(write.movedFrom) } = write;
    if (oldBytes) await writeDurably(staging.oldAt(n), oldBytes, target.mode);
    if (content === undefined) return;
    await writeDurably(staging.newAt(n), content, mode);
    if (oldBytes) await writeDurably(staging.resultAt(n), content, mode);
  });
  await writeDurably(staging.preparedJournal, JSON.stringify(journal));
  const folders = [newFolder, oldFolder, resultFolder, folder, layout.tmp];
  for (const changed of folders) await syncFolder(changed);
}
