import type { Node } from '@babel/types';

/** A text with its tokens, in order. A comment is a token whose type is a string. */
export type Source = { readonly text: string; readonly tokens: readonly Token[] };

/** The place of a token, in characters of the text; `end` is exclusive. */
export type Token = {
  readonly type: string | { readonly label: string };
  readonly start: number;
  readonly end: number;
};

/** The place of a part, in characters of the text; `to` is exclusive. */
export type Range = { readonly from: number; readonly to: number };

/** Returns the place of a node in its text. */
export function rangeOf({ start, end }: Node): Range {
  return { from: start ?? 0, to: end ?? 0 };
}

/**
 * Returns the code of a node in a form that does not depend on the formatter: no
 * layout, comments, semicolons or trailing commas, and single quotes.
 */
export function codeOf(node: Node, { text, tokens }: Source): string {
  const { from, to } = rangeOf(node);
  const words = tokens
    .filter(({ start, end }) => start >= from && end <= to)
    .filter(({ type }) => typeof type !== 'string')
    .map(({ start, end }) => withSingleQuotes(text.slice(start, end)))
    .filter((word) => word !== ';');
  return words.filter((word, index) => word !== ',' || !isEnd(words[index + 1])).join(' ');
}

/** Returns the name of a property or of a case. */
export function keyOf(key: Node, source: Source): string {
  if (key.type === 'StringLiteral') return key.value;
  if (key.type === 'Identifier') return key.name;
  return codeOf(key, source);
}

function isEnd(word: string | undefined): boolean {
  return word === undefined || [')', ']', '}'].includes(word);
}

/** Changes the quotes of a string literal without quotes or escapes inside. */
function withSingleQuotes(word: string): string {
  if (!/^"[^'"\\]*"$/.test(word)) return word;
  return `'${word.slice(1, -1)}'`;
}
