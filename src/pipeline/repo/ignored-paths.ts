import { posix } from 'node:path';

/** A path that git ignores although a clone needs it, and the line that says so. */
export type IgnoredPath = {
  /** A folder ends in `/`. */
  readonly path: string;
  /** The number of needed files in it. */
  readonly files: number;
  /** The place of the line, such as `.gitignore:2`. */
  readonly place: string;
  readonly pattern: string;
  /** The line that undoes it, and the file that the line belongs in. */
  readonly line: string;
  readonly lineFor: string;
};

/** A path that matches a line of an ignore file. `source` is relative to `top`, or absolute. */
export type IgnoreMatch = {
  readonly path: string;
  readonly source: string;
  readonly lineNumber: string;
  readonly pattern: string;
};

/** Parses what `git check-ignore -v -z` prints. */
export function parseMatches(output: string): readonly IgnoreMatch[] {
  const fields = output.split('\0');
  const matches: IgnoreMatch[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [source = '', lineNumber = '', pattern = '', path = ''] = fields.slice(index, index + 4);
    // Such a line includes the path again.
    if (!pattern.startsWith('!')) matches.push({ path, source, lineNumber, pattern });
  }
  return matches;
}

/** Returns the folders above paths, each with a `/` at its end, and `.`. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => {
    const names = path.split('/').slice(0, -1);
    return names.map((_, index) => `${names.slice(0, index + 1).join('/')}/`);
  });
  return ['.', ...new Set(folders)];
}

/**
 * Finds the highest folder that is ignored for each ignored path, or else the path itself. `top` is
 * the root of git, relative to the project. Empty if the whole project is ignored.
 */
export function ignoredPaths(
  paths: readonly IgnoreMatch[],
  folders: readonly IgnoreMatch[],
  top: string,
): readonly IgnoredPath[] {
  if (folders.some(({ path }) => path === '.')) return [];
  const highest = folders.toSorted((a, b) => a.path.length - b.path.length);
  const found = new Map<string, IgnoredPath>();
  for (const match of paths) {
    const hidden = highest.find(({ path }) => match.path.startsWith(path)) ?? match;
    const files = (found.get(hidden.path)?.files ?? 0) + 1;
    found.set(hidden.path, { ...describe(hidden, top), files });
  }
  return [...found.values()];
}

function describe({ path, source, lineNumber, pattern }: IgnoreMatch, top: string) {
  const file = posix.isAbsolute(source) ? source : posix.join(top, source);
  const place = `${file}:${lineNumber}`;
  // The nearest .gitignore wins, so a line below the project has to be undone where it is.
  const folder = posix.dirname(file);
  const isBelow = posix.basename(file) === '.gitignore' && path.startsWith(`${folder}/`);
  if (!isBelow) return { path, place, pattern, line: `!/${path}`, lineFor: '.gitignore' };
  return { path, place, pattern, line: `!/${path.slice(folder.length + 1)}`, lineFor: file };
}
