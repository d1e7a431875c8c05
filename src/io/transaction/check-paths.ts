import { collision, pathProblem, protectedProblem } from '../../pipeline/text/safe-path.ts';

type Target = { readonly path: string; readonly after?: string | undefined };

/**
 * Returns why a transaction may not write these targets and folders, or undefined. Some paths are
 * not allowed, and some cannot exist on every file system.
 */
export function pathsProblem(
  targets: readonly Target[],
  folders: readonly string[] = [],
): string | undefined {
  const paths = targets.map(({ path }) => path);
  for (const path of [...paths, ...folders]) {
    const problem = pathProblem(path) ?? reservedProblem(path);
    if (problem !== undefined) return `${path}: ${problem}`;
  }
  if (new Set(paths).size < paths.length) return 'a path is there twice';
  // A deleted file may differ from a written one by case alone, or become a folder.
  const written = targets.filter(({ after }) => after);
  const deleted = targets.filter(({ after }) => !after);
  const pair = collisionAmong(written) ?? collisionAmong(deleted);
  return pair && `${pair.join(' and ')} are one`;
}

function collisionAmong(targets: readonly Target[]) {
  return collision(targets.map(({ path }) => path));
}

/** Returns why a path belongs to git, to a run or to the user, or undefined. */
export function reservedProblem(path: string): string | undefined {
  const folded = fold(path);
  const isGit = folded.split('/').some((part) => part === '.git' || /^git~\d+$/.test(part));
  if (isGit) return 'it belongs to git';
  if (/^\.12-factor\/tmp(\/|$)/.test(folded)) return 'it is kept for the run itself';
  if (plannedPaths.has(path) || baseCopy.test(path)) return undefined;
  return protectedProblem(path);
}

/**
 * The protected paths that a plan may write. All others are refused: a cloned repository may
 * contain a journal that names them.
 */
const plannedPaths = new Set([
  'package.json',
  '12-factor.json',
  '.gitignore',
  '.env.example',
  '.12-factor',
  '.12-factor/lock.json',
  '.12-factor/schema.json',
  '.12-factor/.gitattributes',
  '.12-factor/base',
]);
const baseCopy = /^\.12-factor\/base\/[0-9a-f]{64}$/;

/** Returns the paths that are the same as another one on a file system that ignores case. */
export function pairedByCase(paths: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const paired = new Set<string>();
  for (const path of paths) {
    const other = seen.get(fold(path));
    seen.set(fold(path), path);
    if (other !== undefined) paired.add(other).add(path);
  }
  return paired;
}

function fold(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase();
}

/** Returns the paths that are also a folder of another one: a file now and a folder then. */
export function pathsAboveOthers(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set(paths.flatMap(foldersOf));
  return new Set(paths.filter((path) => folders.has(path)));
}

/** Returns the folders above a path, the innermost first, without the root. */
export function foldersOf(path: string): readonly string[] {
  const end = path.lastIndexOf('/');
  if (end < 0) return [];
  const folder = path.slice(0, end);
  return [folder, ...foldersOf(folder)];
}
