import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { EditedFile, MergeEdited } from '../../pipeline/decide/merge-edited.ts';
import { hash } from '../../pipeline/text/hash.ts';
import { tryDecode } from '../read-text.ts';
import { unlessMissing } from '../system-errors.ts';
import { journalInspector } from './apply-journal.ts';
import { commit } from './commit.ts';
import { inParallel } from './durable-files.ts';
import { hasContent, hashOfContent } from './inspect-target.ts';
import {
  type Journal,
  lastCompleted,
  type NumberedTarget,
  numberedTargets,
  type Target,
} from './journal.ts';
import { type Layout, layoutOf, stagingOf } from './layout.ts';
import type { Write } from '../../pipeline/plan/change.ts';

/** The result of an undo. */
export type UndoResult = {
  /** The command that was undone. */
  readonly command: string;
  /** The files that are as before the command. */
  readonly restored: readonly string[];
  /** The files that have only the edits since. */
  readonly merged: readonly string[];
  /** The files that were edited since, and are as they were. */
  readonly kept: readonly string[];
  /** Those of them that the command had made, and that are still there. */
  readonly made: readonly string[];
  /** Those of them that the command had changed, and that did not merge. */
  readonly unmerged: readonly EditedFile[];
};

export type UndoOptions = { readonly signal: AbortSignal; readonly merge: MergeEdited };

/**
 * Restores what the last transaction changed. Merges files that were edited since, or keeps them.
 * This is a transaction too, which the next undo reverts. Call it inside `withRunLock`.
 * @throws UserError if there is no transaction, or it was `create`
 */
export async function undoTransaction(
  root: string,
  { signal, merge }: UndoOptions,
): Promise<UndoResult> {
  const layout = layoutOf(root);
  const { last, writes, result } = await planUndo(layout, merge);
  await commit(layout, undoCommandOf(last.command), writes, {
    signal,
    readOnly: 'overwrite',
    prunable: last.made,
  });
  return result;
}

/** Returns what `undoTransaction` would do. @throws UserError as it does */
export async function previewUndo(root: string, merge: MergeEdited): Promise<UndoResult> {
  return (await planUndo(layoutOf(root), merge)).result;
}

async function planUndo(layout: Layout, merge: MergeEdited) {
  const last = await lastCompleted(layout);
  if (!last) throw nothingToUndo(layout);
  if (last.command === 'create') throw cannotUndoCreate(layout);
  const old = await oldVersions(layout, last);
  checkOwnFiles(last, old);
  const { merges, unmerged, asBefore, made } = await mergeTargets(layout, last, merge);
  const changed = merges.filter(({ before, content }) => before !== hashOfContent(content));
  const restored = [...old.map(({ path }) => path), ...asBefore];
  const merged = merges.map(({ path }) => path);
  const written = new Set([...restored, ...merged]);
  const kept = last.targets.map(({ path }) => path).filter((path) => !written.has(path));
  const result = { command: last.command, restored, merged, kept, made, unmerged };
  return { last, writes: [...old, ...changed], result };
}

function nothingToUndo({ root }: Layout): UserError {
  return new UserError(`There is nothing to undo in ${root}.`, {
    code: 'not-found',
    hint: 'git can restore what was committed.',
  });
}

function cannotUndoCreate({ root }: Layout): UserError {
  return new UserError('The last command was create, which undo cannot undo.', {
    code: 'bad-usage',
    hint: `To undo it, remove ${root}.`,
  });
}

const prefix = 'undo of ';

/** Returns the name of an undo. The undo of an undo is the command itself. */
function undoCommandOf(command: string): string {
  return command.startsWith(prefix) ? command.slice(prefix.length) : prefix + command;
}

/**
 * Refuses to restore only a part of the tool's own files: the lock file must match the base copies.
 */
function checkOwnFiles(last: Journal, writes: readonly Write[]): void {
  const restored = new Set(writes.map(({ path }) => path));
  const ownPaths = last.targets.map(({ path }) => path).filter(isOwn);
  const changed = ownPaths.find((path) => !restored.has(path));
  if (changed === undefined) return;
  throw new UserError(`${changed} changed since, so the last command cannot be undone.`, {
    code: 'conflict',
    hint: 'git can restore what was committed.',
  });
}

function isOwn(path: string): boolean {
  return path.startsWith('.12-factor/');
}

/** Returns the old versions of the files that are still as the transaction wrote them. */
async function oldVersions(layout: Layout, last: Journal): Promise<readonly Write[]> {
  const inspect = journalInspector(layout, last);
  const writes: (Write | undefined)[] = [];
  await inParallel(numberedTargets(last), async ({ target, n }) => {
    const { path, after, mode } = target;
    if (!hasContent(await inspect(path), after)) return;
    const content = await readOld(target, stagingOf(layout, last.id).oldAt(n));
    const write = { path, before: after, content };
    writes[n] = mode === undefined ? write : { ...write, mode };
  });
  return writes.filter((write) => write !== undefined);
}

/** Merges the files that have neither their old bytes nor those of the transaction. */
async function mergeTargets(layout: Layout, last: Journal, merge: MergeEdited) {
  const inspect = journalInspector(layout, last);
  const asBefore: string[] = [];
  const made: string[] = [];
  const merges: Write[] = [];
  const unmerged: EditedFile[] = [];
  for (const { target, n } of numberedTargets(last)) {
    const found = await inspect(target.path);
    if (found.kind !== 'file' || found.hash === target.after) continue;
    if (found.hash === target.before) {
      asBefore.push(target.path);
      continue;
    }
    if (target.before === undefined) made.push(target.path);
    const file = await readEdited(layout, last, { target, n }, found.bytes);
    if (!file) continue;
    const content = await merge(file);
    if (content === undefined) unmerged.push(file);
    else merges.push({ path: file.path, before: found.hash, content });
  }
  return { merges, unmerged, asBefore, made };
}

/** Reads the three texts. Undefined if one is missing or no text. */
async function readEdited(
  layout: Layout,
  { id }: Journal,
  { target, n }: NumberedTarget,
  bytes: Buffer,
): Promise<EditedFile | undefined> {
  const { oldAt, resultAt } = stagingOf(layout, id);
  const before = await readOld(target, oldAt(n));
  const result = await unlessMissing(readFile(resultAt(n)));
  if (!before || !result || hash(result) !== target.after) return undefined;
  const [base, mine, theirs] = [result, bytes, before].map(tryDecode);
  if (base === undefined || mine === undefined || theirs === undefined) return undefined;
  return { path: target.path, base, mine, theirs };
}

async function readOld({ path, before }: Target, file: string): Promise<Buffer | undefined> {
  if (before === undefined) return undefined;
  const bytes = await readFile(file);
  if (hash(bytes) === before) return bytes;
  throw new UserError(`The old text of ${path} is damaged, so it cannot be restored.`, {
    code: 'conflict',
  });
}
