/** A syntax that can be read as tokens. */
export type Language = 'typescript' | 'typescript-module' | 'tsx' | 'javascript' | 'json';

const languages = new Map<string, Language>([
  ['.ts', 'typescript'],
  // The compiler rejects `<T>(a: T) => a` and `<T>a` in modules, as it does in `.tsx`.
  ['.mts', 'typescript-module'],
  ['.cts', 'typescript-module'],
  ['.tsx', 'tsx'],
  ['.js', 'javascript'],
  ['.mjs', 'javascript'],
  ['.cjs', 'javascript'],
  ['.jsx', 'javascript'],
  ['.json', 'json'],
]);

/**
 * Returns the language of a file by its ending. Undefined if the file can be compared only as text:
 * much of YAML and of `.env` files would parse as JavaScript, but there spaces have a meaning.
 */
export function languageOf(path: string): Language | undefined {
  return languages.get(/\.[^./]+$/.exec(path)?.[0] ?? '');
}
