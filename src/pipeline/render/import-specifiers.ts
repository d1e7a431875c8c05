import type { Repo } from '../repo/repo.ts';

const skipped = [
  /\/\/[^\n]*/,
  /\/\*[\s\S]*?\*\//,
  /`(?:\\[\s\S]|[^`\\])*`/,
  // A regular expression stands where a value may begin.
  /(?<=(?:^|[=(,:;[!&|?{}+*%~^<>]|=>|\breturn|\bcase)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//,
  /'(?:\\.|[^'\\\n])*'/,
  /"(?:\\.|[^"\\\n])*"/,
];
const specifier =
  /(?<=(?<![\w$.#])(?:from|import)\s*|(?<![\w$.#])import\s*\(\s*)(?<quote>['"])(?<path>\.{1,2}\/[^'"\n]*)\.ts\k<quote>/;
const token = new RegExp([specifier, ...skipped].map((one) => one.source).join('|'), 'gm');

/** Rewrites the relative import specifiers of a registry file that end in `.ts`, for a repo that needs another ending. */
export function convertImports(text: string, specifiers: Repo['specifiers'] = '.ts'): string {
  if (specifiers === '.ts') return text;
  return text.replaceAll(token, (whole, quote: string | undefined, path: string | undefined) =>
    quote === undefined || path === undefined ? whole : `${quote}${path}${specifiers}${quote}`,
  );
}
