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

const specifier = /(?<quote>['"])(?<name>[^'"\\\n]+)\k<quote>/;
const afterImport = /(?<=(?<![\w$.#])(?:from|import)\s*|(?<![\w$.#])import\s*\(\s*)/;

const mocks = '(?:un)?mock|do(?:Un)?[mM]ock|(?:import|require)(?:Actual|Mock)';
const functions = String.raw`require|import\.meta\.resolve|(?:vi|jest)\.(?:${mocks})`;
const typeArgument = String.raw`(?:<[^()]*(?:\([^()]*\))?[^()]*>)?`;
const afterCall = new RegExp(String.raw`(?<=(?<![\w$.#])(?:${functions})\s*${typeArgument}\(\s*)`);
const afterUrl = /(?<=(?<![\w$.#])new\s+URL\(\s*)(?=['"][^'"\n]+['"]\s*,\s*import\.meta\.url)/;

const tokens = {
  imports: tokensAfter(afterImport),
  'imports and calls': tokensAfter(afterImport, afterCall, afterUrl),
};

function tokensAfter(...places: readonly RegExp[]): RegExp {
  const place = places.map(({ source }) => source).join('|');
  const others = skipped.map(({ source }) => source).join('|');
  return new RegExp(`(?:${place})${specifier.source}|${others}`, 'gm');
}

/**
 * Replaces the module specifiers of a source text. Comments, strings, templates and regular
 * expressions stay as they are. `places` are static and dynamic imports and exports alone, or also
 * the calls that take a module: `require`, `vi.mock`, `new URL(…, import.meta.url)`.
 */
export function replaceSpecifiers(
  text: string,
  replace: (specifier: string) => string,
  places: keyof typeof tokens,
): string {
  return text.replaceAll(
    tokens[places],
    (whole, quote: string | undefined, name: string | undefined) => {
      if (quote === undefined || name === undefined) return whole;
      return quote + replace(name) + quote;
    },
  );
}

/**
 * Returns the specifiers of static and dynamic imports and exports, each with its line, from 1. The
 * start of a computed one is none.
 */
export function specifiersIn(text: string) {
  return [...text.matchAll(tokens.imports)].flatMap(({ 0: found, groups, index }) => {
    const name = groups?.['name'];
    if (name === undefined) return [];
    const isCall = /\(\s*$/.test(text.slice(Math.max(0, index - 100), index));
    const end = index + found.length;
    if (isCall && !/^\s*[,)]/.test(text.slice(end, end + 100))) return [];
    return [{ name, line: text.slice(0, index).split('\n').length }];
  });
}

/**
 * Rewrites the imports of a registry file as the repo writes them: relative ones from `.ts` to the
 * repo's ending, and zod by its specifier there.
 */
export function convertImports(
  text: string,
  ending: '.ts' | '.js' | '' = '.ts',
  zodImport: 'zod' | 'zod/v4' = 'zod',
): string {
  if (ending === '.ts' && zodImport === 'zod') return text;
  const convert = (name: string) => {
    if (name === 'zod') return zodImport;
    return /^\.{1,2}\//.test(name) ? name.replace(/\.ts$/, ending) : name;
  };
  return replaceSpecifiers(text, convert, 'imports');
}

/**
 * Returns everything in a text that looks like a module specifier, also in comments and strings. A
 * file that is not plain TypeScript, such as a Vue component, can be searched too.
 */
export function likelySpecifiers(text: string): readonly string[] {
  const likely = /\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;
  return [...text.matchAll(likely)].map(([, , name = '']) => name);
}
