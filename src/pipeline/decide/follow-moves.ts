import type { Lock, LockedFile } from '../lock/lock-file.ts';
import type { Move } from '../moves/find-moves.ts';
import { followImports, isSource, type Moved } from '../moves/follow-imports.ts';
import type { Wanted, WantedFile } from '../render/wanted.ts';
import type { Repo } from '../repo/repo.ts';
import { hash } from '../text/hash.ts';
import { foldCase } from '../text/safe-path.ts';
import { type Before, entryOf, fold, readTexts, type Texts } from './moved-texts.ts';
import type { Project } from './project-state.ts';

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
  const before = { lock, onDisk, moved, aliases: moves.aliases };
  return {
    wanted: followWanted(wanted, lock, moves.all),
    project: moved.size === 0 ? onDisk : moveFiles(pending, wanted, before),
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
  // The old name of a file is no obstacle to its new one, if only the case differs.
  return !obstacles.has(to) || from.some((old) => foldCase(old) === foldCase(to));
}

function isChanged(owner: string, { actions }: Wanted): boolean {
  return ['add', 'update'].includes(actions.get(owner) ?? 'add');
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

/** Makes the moves in the lock, the base copies and the texts, and lets all imports follow. */
function moveFiles(pending: readonly Move[], wanted: Wanted, before: Before): Project {
  const { lock, onDisk } = before;
  const sources = new Set(pending.flatMap(({ from }) => from));
  const files = new Map<string, LockedFile>();
  const bases = new Map(onDisk.bases);
  const disk = new Map([...onDisk.disk].filter(([path]) => !sources.has(path)));
  const put = (path: string, texts: Texts): void => {
    const { base, mine, taken } = texts;
    files.set(path, entryOf(texts));
    for (const copy of [base, taken]) if (copy !== undefined) bases.set(hash(copy), copy);
    if (mine !== undefined) disk.set(path, mine);
  };
  for (const path of Object.keys(lock.files))
    if (!sources.has(path)) put(path, readTexts(path, path, before));
  for (const { from, to } of pending) {
    const texts = from.map((old) => readTexts(old, to, before));
    const { owner, role } = wanted.files.find(({ path }) => path === to) ?? {};
    const moved = texts.length === 1 ? texts[0] : fold(texts, to);
    if (!moved || owner === undefined || role === undefined) continue;
    put(to, { ...moved, file: { ...moved.file, owner, role } });
  }
  return {
    lock: { ...lock, files: Object.fromEntries(files) },
    bases,
    disk,
    obstacles: moveObstacles(pending, onDisk.obstacles),
    moved: new Map(pending.map(({ from, to }) => [to, from])),
  };
}

type Obstacles = Project['obstacles'];

/** Names the links and other obstacles at old paths: only the user can move them away. */
function moveObstacles(pending: readonly Move[], before: Obstacles): Obstacles {
  const obstacles = new Map(before);
  for (const { from, to } of pending) {
    obstacles.delete(to);
    const blocked = from.find((old) => before.has(old));
    if (blocked === undefined) continue;
    const why = `${blocked} has to move here, but ${before.get(blocked)?.why}`;
    obstacles.set(to, { why, isMoving: true });
  }
  return obstacles;
}
