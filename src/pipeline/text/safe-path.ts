const deepest = 16;
const longestSegment = 255;
// COM¹ and the like: Windows reads superscript digits as digits.
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
const protectedFolder = /^(\.git|git~\d+|node_modules|\.github|\.husky|\.vscode|\.12-factor)$/i;
const protectedFile =
  /^(\.env(\..*)?|\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs|\.git\w*|bunfig\.toml|package\.json|12-factor\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|bun\.lockb?)$/i;

/** Why a path is not a plain relative one on every system, or `undefined`. Refused, never repaired. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(path))
    return 'it has control or invisible characters';
  if (path.includes('\\')) return 'it has a backslash; write /';
  if (path.startsWith('/')) return 'it is absolute';
  if (/^[a-z]:/i.test(path)) return 'it names a drive';
  const segments = path.split('/');
  if (segments.length > deepest) return `it is more than ${deepest} folders deep`;
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem) return problem;
  }
  return undefined;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it has an empty part';
  if (segment === '.' || segment === '..') return `it has a part "${segment}"`;
  if (/[<>:"|?*]/.test(segment))
    return 'it has a character that Windows refuses, one of < > : " | ? *';
  if (/[. ]$/.test(segment)) return 'a part of it ends in a dot or a space';
  if (segment.startsWith(' ')) return 'a part of it starts with a space';
  if (reserved.test(segment)) return `"${segment}" is a reserved name on Windows`;
  if (Buffer.byteLength(segment) > longestSegment)
    return `a part of it is longer than ${longestSegment} bytes`;
  return undefined;
}

/** Why a registry may not write to a path, or `undefined`: it must be plain, in sight, and nobody else's. */
export function targetProblem(path: string): string | undefined {
  const hidden = path.split('/').some((segment) => segment.startsWith('.'));
  return (
    pathProblem(path) ??
    protectedProblem(path) ??
    (hidden ? 'a part of it starts with a dot' : undefined)
  );
}

/** Why a path belongs to git, to a package manager or to an editor, or `undefined`. */
export function protectedProblem(path: string): string | undefined {
  const segments = path.normalize('NFKC').split('/');
  const folder = segments.find((segment) => protectedFolder.test(segment));
  if (folder) return `nothing is written under ${folder}`;
  const file = segments.at(-1) ?? '';
  return protectedFile.test(file) ? `${file} is never a component's` : undefined;
}

/** The first two paths that some file system takes for one, or of which one is a file and the other's folder. */
export function collision(paths: readonly string[]): readonly [string, string] | undefined {
  const spelled = new Map<string, { path: string; prefix: string; isFile: boolean }>();
  for (const path of paths) {
    const segments = path.split('/');
    for (let length = 1; length <= segments.length; length++) {
      const prefix = segments.slice(0, length).join('/');
      const isFile = length === segments.length;
      const seen = spelled.get(folded(prefix));
      if (seen && (isFile || seen.isFile || seen.prefix !== prefix)) return [seen.path, path];
      spelled.set(folded(prefix), { path, prefix, isFile });
    }
  }
  return undefined;
}

// Up and down again: a lone toLowerCase leaves pairs like ſ and s apart that file systems fold.
function folded(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
