import { basename, isAbsolute } from 'node:path';
import {
  foldersOf,
  type IgnoredPath,
  ignoredPaths,
  type IgnoreMatch,
  parseMatches,
} from '../pipeline/repo/ignored-paths.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';
import { git } from './git.ts';

/**
 * Finds the paths that git ignores and does not track: a clone lacks them. The paths are relative
 * to the root and need not exist. Empty without git, outside a repository, and if it ignores the
 * whole root.
 */
export async function findIgnored(
  { root, gitRoot }: Pick<Repo, 'root' | 'gitRoot'>,
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<readonly IgnoredPath[]> {
  if (gitRoot === undefined || paths.length === 0) return [];
  const check = async (asked: readonly string[], ...flags: readonly string[]) => {
    const args = ['check-ignore', '--verbose', '-z', '--stdin', ...flags];
    const { exitCode, output } = await git(args, root, env, asked.join('\0'));
    return exitCode === 0 ? parseMatches(output) : [];
  };
  const ignored = await check(paths);
  if (ignored.length === 0) return [];
  // A folder counts as tracked if any file in it is.
  const folders = await check(foldersOf(ignored.map(({ path }) => path)), '--no-index');
  return ignoredPaths(ignored, folders, relativePath(root, gitRoot));
}

/** The lines of a `.gitignore` that are not needed: git ignores the path already, or tracks it. */
export type Unneeded = {
  readonly ignored: readonly string[];
  readonly tracked: readonly string[];
};

/** Finds the lines that are not needed at a root. What only this machine ignores does not count. */
export async function findUnneeded(
  { root, gitRoot }: Pick<Repo, 'root' | 'gitRoot'>,
  lines: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Unneeded> {
  if (gitRoot === undefined || lines.length === 0) return { ignored: [], tracked: [] };
  const flags = ['check-ignore', '--verbose', '-z', '--stdin', '--no-index'];
  const [checked, listed] = await Promise.all([
    git(flags, root, env, lines.join('\0')),
    git(['--literal-pathspecs', 'ls-files', '-z', '--', ...lines], root, env),
  ]);
  const matches = checked.exitCode === 0 ? parseMatches(checked.output) : [];
  const shared = matches.filter(isShared).map(({ path }) => path);
  const tracked = listed.exitCode === 0 ? listed.output.split('\0') : [];
  return {
    ignored: lines.filter((line) => shared.includes(line)),
    tracked: lines.filter((line) => tracked.some((path) => isIn(path, line))),
  };
}

/** Whether a line is in a .gitignore of the repository, which every clone has. */
const isShared = ({ source }: IgnoreMatch): boolean =>
  !isAbsolute(source) && basename(source) === '.gitignore';

const isIn = (path: string, line: string): boolean =>
  line.endsWith('/') ? path.startsWith(line) : path === line;
