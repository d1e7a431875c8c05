import { basename } from 'node:path';
import type { Lock, LockedFile } from '../lock/lock-file.ts';
import type { Move } from '../moves/find-moves.ts';
import { foldTexts } from '../moves/fold-texts.ts';
import { followImports, isSource, type Moved } from '../moves/follow-imports.ts';
import type { Wanted, WantedFile } from '../render/wanted.ts';
import type { Repo } from '../repo/repo.ts';
import { hash } from '../text/hash.ts';
import { lf } from '../text/line-endings.ts';
import type { Obstacle, Project } from './project-state.ts';

/** The moves of a project's registries, and how its imports are resolved. */
export type Moves = {
  /** The moves that the lock does not have yet. */
  readonly pending: readonly Move[];
  /** All moves of all registries, by the old path. */
  readonly all: Moved;
  readonly aliases: Repo['aliases'];
};

/** The wanted texts, and the project as if the user had made the moves. */
export type Followed = {
  readonly wanted: Wanted;
  readonly project: Project;
  /** The moves of this command. */
  readonly moved: Moved;
};

/**
 * Makes the moves of the components that a command adds or updates, before the files are decided:
 * in the lock, the base copies and the texts on disk. In all of these the imports follow. A file
 * whose new path is taken does not move: it is decided as one that upstream deleted.
 */
export function followMoves(wanted: Wanted, onDisk: Project, moves: Moves): Followed {
  const { lock } = onDisk;
  if (!lock) return { wanted, project: onDisk, moved: new Map() };
  const pending = moves.pending.filter((move) => isFollowed(move, wanted, lock, onDisk));
  const moved = new Map(
    pending.flatMap(({ from, to }) =>
      from.filter((old) => old !== to).map((old) => [old, to] as const),
    ),
  );
  return {
    wanted: followWanted(wanted, lock, moves.all),
    project: moved.size === 0 ? onDisk : moveFiles(pending, wanted, onDisk, lock, moves, moved),
    moved,
  };
}

function isFollowed(
  { from, to, taker }: Move,
  wanted: Wanted,
  lock: Lock,
  { disk, obstacles }: Project,
): boolean {
  const file = wanted.files.find(({ path }) => path === to);
  if (!file || !isChanged(taker, wanted)) return false;
  if (!isChanged(file.owner, wanted) && from.some((old) => obstacles.has(old))) return false;
  if (from.includes(to)) return from.length > 1;
  if (Object.hasOwn(lock.files, to) || disk.has(to)) return false;
  return !obstacles.has(to) || from.some((old) => isSameButCase(old, to));
}

function isChanged(owner: string, { actions }: Wanted): boolean {
  return ['add', 'update'].includes(actions.get(owner) ?? 'add');
}

/** The old name of a file is no obstacle to its new one. */
function isSameButCase(one: string, other: string): boolean {
  return one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();
}

/** Rewrites the imports of registries that do not know another one's moves yet. */
function followWanted(wanted: Wanted, { files }: Lock, all: Moved): Wanted {
  const paths = new Set(wanted.files.map(({ path }) => path));
  const written = wanted.files.filter(({ owner }) => isChanged(owner, wanted));
  const present = new Set([...Object.keys(files), ...written.map(({ path }) => path)]);
  const made = new Map([...all].filter(([from, to]) => present.has(to) && !paths.has(from)));
  if (made.size === 0) return wanted;
  const follow = (file: WantedFile): WantedFile => {
    const place = { from: file.path, to: file.path };
    if (!isSource(file.path)) return file;
    const followed = { ...file, text: followImports(file.text, place, made) };
    if (file.before === undefined) return followed;
    return { ...followed, before: followImports(file.before, place, made) };
  };
  return { ...wanted, files: wanted.files.map(follow) };
}

/** A file with its texts after a move. `isAsWritten` is as in `FileVersions`. */
type Texts = {
  readonly file: LockedFile;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly isAsWritten: boolean;
};

function moveFiles(
  pending: readonly Move[],
  wanted: Wanted,
  onDisk: Project,
  lock: Lock,
  { aliases }: Moves,
  moved: Moved,
): Project {
  const files = new Map<string, LockedFile>();
  const [bases, disk] = [new Map(onDisk.bases), new Map(onDisk.disk)];
  const obstacles = new Map(onDisk.obstacles);
  const read = (from: string, to: string) => readTexts(from, to, onDisk, lock, moved, aliases);
  const put = (path: string, texts: Texts) => {
    const { base, mine } = texts;
    files.set(path, entryOf(texts));
    if (base !== undefined) bases.set(hash(base), base);
    if (mine !== undefined) disk.set(path, mine);
  };
  const sources = new Set(pending.flatMap(({ from }) => from));
  for (const path of sources) disk.delete(path);
  for (const path of Object.keys(lock.files)) if (!sources.has(path)) put(path, read(path, path));
  for (const { from, to } of pending) {
    const parts = from.map((old) => read(old, to));
    const { owner, role } = wanted.files.find(({ path }) => path === to) ?? {};
    const texts = from.length === 1 ? parts[0] : fold(parts, to);
    if (!texts || owner === undefined || role === undefined) continue;
    put(to, { ...texts, file: { ...texts.file, owner, role } });
    obstacles.delete(to);
    const blocked = from.find((old) => onDisk.obstacles.has(old));
    if (blocked !== undefined) obstacles.set(to, blockedBy(blocked, onDisk.obstacles));
  }
  return {
    lock: { ...lock, files: Object.fromEntries(files) },
    bases,
    disk,
    obstacles,
    moved: new Map(pending.map(({ from, to }) => [to, from])),
  };
}

function readTexts(
  from: string,
  to: string,
  { bases, disk }: Project,
  lock: Lock,
  moved: Moved,
  aliases: Repo['aliases'],
): Texts {
  const file = lock.files[from];
  if (!file) throw new Error(`The lock does not have ${from}.`);
  const [base, mine] = [bases.get(file.base), disk.get(from)];
  const isAsWritten = mine !== undefined && hash(lf(mine)) === file.written;
  if (!isSource(from)) return { file, base, mine, isAsWritten };
  return {
    file,
    base: base === undefined ? undefined : followImports(base, { from, to }, moved),
    mine: mine === undefined ? undefined : followImports(mine, { from, to }, moved, aliases),
    isAsWritten,
  };
}

/** Returns the lock's entry of a file with its texts after a move. */
function entryOf({ file, base, mine, isAsWritten }: Texts): LockedFile {
  const newBase = base === undefined ? file.base : hash(base);
  if (isAsWritten && mine !== undefined) return { ...file, base: newBase, written: hash(lf(mine)) };
  if (newBase === file.base) return file;
  return { ...file, base: newBase, written: hash(lf(base ?? '')) };
}

/**
 * Folds files into one. A file that the user deleted is in the base alone, so that its part stays
 * deleted. Without one of the base copies there is no base.
 */
function fold(parts: readonly Texts[], to: string): Texts | undefined {
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
    isAsWritten: parts.every(({ isAsWritten }) => isAsWritten),
  };
}

function textsOf(parts: readonly Texts[], side: 'base' | 'mine'): readonly string[] {
  return parts.map((part) => part[side]).filter((text) => text !== undefined);
}

/** A fold is declined if all of its files are, and conflicted if one is. */
function foldEntries(parts: readonly Texts[], entry: LockedFile): LockedFile {
  const { owner, role, base, written } = entry;
  const isDeclined = parts.every(({ file }) => file.declined);
  const isConflicted = parts.some(({ file }) => file.conflicted);
  const folded: { conflicted?: true; declined?: true } = {};
  if (isConflicted) folded.conflicted = true;
  if (isDeclined) folded.declined = true;
  return { owner, role, base, written, ...folded };
}

/** Only the user can move what is not a text. */
function blockedBy(path: string, obstacles: ReadonlyMap<string, Obstacle>): Obstacle {
  const why = `${path} has to move here, but ${obstacles.get(path)?.why}`;
  return { why, isMoving: true };
}
