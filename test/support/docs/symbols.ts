/** A symbol that a page names together with its file. */
export type NamedSymbol = { readonly symbol: string; readonly path: string };

const code = '`[\\w.]+(?:\\(\\))?`';
const named = new RegExp(
  `(${code}(?:(?:, | and |, and )${code})*) in (?:the )?\`([\\w./-]+\\.ts)\``,
  'g',
);

/** Returns the symbols that a text names with their file: `start()` and `say()` in `core/people.ts`. */
export function symbolsIn(prose: string): readonly NamedSymbol[] {
  return [...prose.replaceAll(/\s+/g, ' ').matchAll(named)].flatMap(([, list = '', path = '']) =>
    [...list.matchAll(/`([\w.]+)(?:\(\))?`/g)]
      .map(([, symbol = '']) => ({ symbol, path }))
      .filter(({ symbol }) => !symbol.endsWith('.ts')),
  );
}
