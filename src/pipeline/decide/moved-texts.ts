import { basename } from 'node:path';
import type { Lock, LockedFile } from '../lock/lock-file.ts';
import { foldTexts } from '../moves/fold-texts.ts';
import { followImports, isSource, type Moved } from '../moves/follow-imports.ts';
import type { Repo } from '../repo/repo.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import type { Project } from './project-state.ts';

/** A file with its texts after a move. `isAsWritten` is as in `FileVersions`. */
export type Texts = {
  readonly file: LockedFile;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  /** As in `FileVersions`. */
  readonly taken?: string | undefined;
  readonly isAsWritten: boolean;
};

/** The state before a command, and the moves that it makes. */
export type Before = {
  readonly lock: Lock;
  readonly onDisk: Project;
  readonly moved: Moved;
  readonly aliases: Repo['aliases'];
};

/** Reads the texts of a file of the lock, with imports as they are at its new path. */
export function readTexts(from: string, to: string, before: Before): Texts {
  const { lock, onDisk, moved, aliases } = before;
  const { bases, disk } = onDisk;
  const file = lock.files[from];
  if (!file) throw new Error(`The lock does not have ${from}.`);
  const [base, mine] = [bases.get(file.base), disk.get(from)];
  const taken = file.taken === undefined ? undefined : bases.get(file.taken);
  const isAsWritten = mine !== undefined && hash(lf(mine)) === file.written;
  if (!isSource(from)) return { file, base, mine, taken, isAsWritten };
  const inRepo = (text: string | undefined) =>
    text === undefined ? undefined : followImports(text, { from, to }, moved, aliases);
  return {
    file,
    base: base === undefined ? undefined : followImports(base, { from, to }, moved),
    mine: inRepo(mine),
    taken: inRepo(taken),
    isAsWritten,
  };
}

/** Returns the lock's entry of a file with its texts after a move. */
export function entryOf({ file: old, base, mine, taken, isAsWritten }: Texts): LockedFile {
  const newBase = base === undefined ? old.base : hash(base);
  // The user's text may have other imports now: its refused hunks are counted again.
  const { refused: _, ...rest } = old;
  const file = taken === undefined ? rest : { ...rest, taken: hash(taken) };
  if (isAsWritten && mine !== undefined) return { ...file, base: newBase, written: hash(lf(mine)) };
  if (newBase === file.base) return file;
  return { ...file, base: newBase, written: hash(lf(base ?? '')) };
}

/**
 * Folds files into one. A file that the user deleted is in the base alone, so that its part stays
 * deleted. Without one of the base copies there is no base.
 */
export function fold(parts: readonly Texts[], to: string): Texts | undefined {
  const [first] = parts;
  if (!first) return undefined;
  const stem = `./${basename(to, '.ts')}`;
  const inner = new Set([stem, `${stem}.ts`, `${stem}.js`]);
  const [bases, mine] = [textsOf(parts, 'base'), textsOf(parts, 'mine')];
  const lost = parts.find(({ base }) => base === undefined);
  return {
    file: foldEntries(parts, (lost ?? first).file),
    base: lost ? undefined : foldTexts(bases, inner),
    mine: mine.length === 0 ? undefined : foldTexts(mine, inner),
    taken: lost ? undefined : foldTaken(parts, inner),
    isAsWritten: parts.every(({ isAsWritten }) => isAsWritten),
  };
}

/** A file without refused hunks is as its base copy. */
function foldTaken(parts: readonly Texts[], inner: ReadonlySet<string>): string | undefined {
  if (parts.every(({ taken }) => taken === undefined)) return undefined;
  const texts = parts.map(({ taken, base }) => taken ?? base);
  return foldTexts(
    texts.filter((text) => text !== undefined),
    inner,
  );
}

function textsOf(parts: readonly Texts[], side: 'base' | 'mine'): readonly string[] {
  return parts.map((part) => part[side]).filter((text) => text !== undefined);
}

/** A fold is declined if all of its files are, and conflicted or unmerged if one is. */
function foldEntries(parts: readonly Texts[], entry: LockedFile): LockedFile {
  const { owner, role, base, written } = entry;
  const isDeclined = parts.every(({ file }) => file.declined);
  const isConflicted = parts.some(({ file }) => file.conflicted);
  const folded: { unmerged?: true; conflicted?: true; declined?: true } = {};
  if (parts.some(({ file }) => file.unmerged)) folded.unmerged = true;
  if (isConflicted) folded.conflicted = true;
  if (isDeclined) folded.declined = true;
  return { owner, role, base, written, ...folded };
}
