import type { Repo } from '../repo/repo.ts';

// A regular expression can only start where a value can.
const beforeValue = /(?<=(?:^|[=(,:;[!&|?{}+*%~^<>]|=>|\breturn|\bcase)\s*)/;
const regexLiteral = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//;
const skipped = [
  /\/\/[^\n]*/,
  /\/\*[\s\S]*?\*\//,
  /`(?:\\[\s\S]|[^`\\])*`/,
  new RegExp(beforeValue.source + regexLiteral.source),
  /'(?:\\.|[^'\\\n])*'/,
  /"(?:\\.|[^"\\\n])*"/,
];

const afterImport = /(?<=(?<![\w$.#])(?:from|import)\s*|(?<![\w$.#])import\s*\(\s*)/;
const relativePath = /(?<quote>['"])(?<path>\.{1,2}\/[^'"\n]*)\.ts\k<quote>/;
const specifier = new RegExp(afterImport.source + relativePath.source);

const token = new RegExp([specifier, ...skipped].map((one) => one.source).join('|'), 'gm');

/**
 * Rewrites the relative import specifiers of a registry file from `.ts` to the ending that the repo
 * uses. Comments, strings, templates and regular expressions stay as they are.
 */
export function convertImports(text: string, specifiers: Repo['specifiers'] = '.ts'): string {
  if (specifiers === '.ts') return text;
  return text.replaceAll(token, (whole, quote: string | undefined, path: string | undefined) => {
    if (quote === undefined || path === undefined) return whole;
    return `${quote}${path}${specifiers}${quote}`;
  });
}
