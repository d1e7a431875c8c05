const maxSegments = 16;
const maxSegmentBytes = 255;
// Windows reads superscript digits as digits: COM¹ is COM1.
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
const protectedFolder = /^(\.git|git~\d+|node_modules|\.github|\.husky|\.vscode|\.12-factor)$/i;
const protectedFiles: readonly RegExp[] = [
  /^\.env(\..*)?$/i,
  /^\.git\w*$/i,
  /^(\.npmrc|\.yarnrc|\.yarnrc\.yml|\.pnpmfile\.cjs|bunfig\.toml)$/i,
  /^(package\.json|12-factor\.json|pnpm-workspace\.yaml)$/i,
  /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/i,
];

/**
 * Checks that a path is relative and valid on every system. Returns what is wrong with it, or
 * undefined. A bad path is refused, never repaired.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(path))
    return 'it has control or invisible characters';
  if (path.includes('\\')) return 'it has a backslash; write /';
  if (path.startsWith('/')) return 'it is absolute';
  if (/^[a-z]:/i.test(path)) return 'it names a drive';
  const segments = path.split('/');
  if (segments.length > maxSegments) return `it is more than ${maxSegments} folders deep`;
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem) return problem;
  }
  return undefined;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it has an empty part';
  if (segment === '.' || segment === '..') return `it has a part "${segment}"`;
  // Not the parent of a parent: a name, which Windows would cut off.
  if (/^\.+$/.test(segment)) return `it has a part of only dots, "${segment}"`;
  if (/[<>:"|?*]/.test(segment))
    return 'it has a character that Windows refuses, one of < > : " | ? *';
  if (/[. ]$/.test(segment)) return 'a part of it ends in a dot or a space';
  if (segment.startsWith(' ')) return 'a part of it starts with a space';
  if (reserved.test(segment)) return `"${segment}" is a reserved name on Windows`;
  if (Buffer.byteLength(segment) > maxSegmentBytes)
    return `a part of it is longer than ${maxSegmentBytes} bytes`;
  return undefined;
}

/**
 * Checks a path that a registry wants to write. Returns what is wrong with it, or undefined. It
 * must be valid, not protected, and without hidden files or folders.
 */
export function targetProblem(path: string): string | undefined {
  const problem = pathProblem(path) ?? protectedProblem(path);
  if (problem) return problem;
  const isHidden = path.split('/').some((segment) => segment.startsWith('.'));
  return isHidden ? 'a part of it starts with a dot' : undefined;
}

/**
 * Checks whether a path belongs to git, a package manager, an editor or this tool. Returns the
 * reason, or undefined.
 */
export function protectedProblem(path: string): string | undefined {
  const segments = path.normalize('NFKC').split('/');
  const folder = segments.find((segment) => protectedFolder.test(segment));
  if (folder) return `${folder} is a protected folder`;
  const file = segments.at(-1) ?? '';
  const isProtected = protectedFiles.some((pattern) => pattern.test(file));
  return isProtected ? `${file} is a protected file` : undefined;
}

/**
 * Finds the first two paths that cannot both exist: some file system takes them for the same, or
 * one is a file and the other needs a folder there.
 */
export function collision(paths: readonly string[]): readonly [string, string] | undefined {
  const known = new Map<string, { path: string; prefix: string; isFile: boolean }>();
  for (const path of paths) {
    const segments = path.split('/');
    for (let length = 1; length <= segments.length; length++) {
      const prefix = segments.slice(0, length).join('/');
      const isFile = length === segments.length;
      const other = known.get(foldCase(prefix));
      if (other && (isFile || other.isFile || other.prefix !== prefix)) return [other.path, path];
      known.set(foldCase(prefix), { path, prefix, isFile });
    }
  }
  return undefined;
}

/**
 * Returns the same text for paths that some file system takes for the same. Upper case first:
 * `toLowerCase` alone keeps ſ and s different.
 */
export function foldCase(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
