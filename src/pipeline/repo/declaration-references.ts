/** The other files and packages that a declaration or source file brings into a program. */
export type FileReferences = {
  /** Names of `/// <reference types>`. */
  readonly types: readonly string[];
  /** Paths of `/// <reference path>`, relative to the file. */
  readonly paths: readonly string[];
  readonly imports: readonly string[];
};

// Each pattern takes linear time: a file may have long runs of blank lines, or `/*` in strings.
const references =
  /^[ \t]*\/\/\/[ \t]*<reference[ \t]+(types|path)[ \t]*=[ \t]*["']([^"'\n]+)["']/gm;
const imports = /\b(?:from|import|require)\s*(?:\(\s*)?(['"])([^'"\n]+)\1/g;
const string = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/;
const comment = /\/\/[^\n]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*$)/;
const stringOrComment = new RegExp(`${string.source}|${comment.source}`, 'g');

/** Returns what a file references. Examples in comments do not count. */
export function referencesIn(text: string): FileReferences {
  const code = text.replaceAll(stringOrComment, (found) => (isDropped(found) ? '' : found));
  const found = [...code.matchAll(references)];
  const ofKind = (kind: string) =>
    found.filter(([, one]) => one === kind).map(([, , name = '']) => name);
  return {
    types: ofKind('types'),
    paths: ofKind('path'),
    imports: [...code.matchAll(imports)].map(([, , name = '']) => name),
  };
}

/** Whether it is a comment that references nothing. */
const isDropped = (found: string): boolean => found.startsWith('/') && !found.startsWith('///');

/** The conditions by which TypeScript chooses from `exports` of a package.json. */
const conditions = new Set(['types', 'import', 'require', 'node', 'default']);

/**
 * Returns the files that may declare a part of a package, the most likely first. `subpath` is `.`
 * or begins with `./`.
 */
export function declarationPaths(
  packageJson: Readonly<Record<string, unknown>>,
  subpath: string,
): readonly string[] {
  const exported = exportedPath(packageJson.exports, subpath);
  const main = [packageJson.types, packageJson.typings, packageJson.main, 'index.d.ts'];
  const named = subpath === '.' ? main : [subpath];
  return [exported, ...named].flatMap((path) =>
    typeof path === 'string' ? declarationsFor(path) : [],
  );
}

function exportedPath(exported: unknown, subpath: string): string | undefined {
  if (typeof exported !== 'object' || exported === null) return targetOf(exported);
  const entries = Object.entries(exported);
  if (!entries.some(([key]) => key.startsWith('.'))) {
    return subpath === '.' ? targetOf(exported) : undefined;
  }
  for (const [key, value] of entries) {
    if (key === subpath) return targetOf(value);
    const [start = '', end] = key.split('*');
    if (end === undefined || !subpath.startsWith(start) || !subpath.endsWith(end)) continue;
    const middle = subpath.slice(start.length, subpath.length - end.length);
    return targetOf(value)?.replaceAll('*', middle);
  }
  return undefined;
}

function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value)
    .filter(([key]) => Array.isArray(value) || conditions.has(key))
    .map(([, one]) => targetOf(one))
    .find((one) => one !== undefined);
}

/** Returns the files that declare a module path: for `a.js` these are `a.d.ts` and others. */
export function declarationsFor(path: string): readonly string[] {
  if (/\.d\.[cm]?ts$/.test(path)) return [path];
  const [, stem = path, kind = ''] = /^(.*)\.([cm]?)[jt]sx?$/.exec(path) ?? [];
  if (stem !== path) return [`${stem}.d.${kind}ts`, `${stem}.${kind}ts`, `${stem}.tsx`];
  return ['.d.ts', '.ts', '.tsx', '.d.mts', '/index.d.ts', '/index.ts'].map((end) => path + end);
}
