import { collision, pathProblem, protectedProblem } from '../../pipeline/text/safe-path.ts';

type Target = { readonly path: string; readonly after?: string | undefined };

/** Why some file system could not hold these targets or they are not ours to write, or `undefined`. */
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
  // What goes may differ from what comes by case alone, or be a folder's name then.
  const [coming, going] = [
    targets.filter(({ after }) => after),
    targets.filter(({ after }) => !after),
  ];
  const pair =
    collision(coming.map(({ path }) => path)) ?? collision(going.map(({ path }) => path));
  return pair && `${pair.join(' and ')} are one`;
}

/** Why a path is git's or the run's own, or `undefined`. */
export function reservedProblem(path: string): string | undefined {
  const plain = folded(path);
  if (plain.split('/').some((segment) => segment === '.git' || /^git~\d+$/.test(segment)))
    return 'it belongs to git';
  if (/^\.12-factor\/tmp(\/|$)/.test(plain)) return 'it is kept for the run itself';
  return written.test(path) ? undefined : protectedProblem(path);
}

/** Of what is protected the few that a plan does write; a journal may come with a repo that somebody else made. */
const written =
  /^(package\.json|12-factor\.json|\.gitignore|\.env\.example|\.12-factor(\/(lock\.json|schema\.json|\.gitattributes|base(\/[0-9a-f]{64})?))?)$/;

/** Which paths have another one that a file system which ignores case takes for the same. */
export function pairedByCase(paths: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const pairs = paths.flatMap((path) => {
    const other = seen.get(folded(path));
    seen.set(folded(path), path);
    return other === undefined ? [] : [other, path];
  });
  return new Set(pairs);
}

function folded(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase();
}

/** Which paths have another one below or above them, so that one is a file's name now and a folder's then. */
export function nestedIn(paths: readonly string[]): ReadonlySet<string> {
  const all = new Set(paths);
  return new Set(paths.flatMap((path) => foldersOf(path).filter((folder) => all.has(folder))));
}

/** The folders above a path, the innermost first, without the root. */
export function foldersOf(path: string): readonly string[] {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? [] : [path.slice(0, cut), ...foldersOf(path.slice(0, cut))];
}
