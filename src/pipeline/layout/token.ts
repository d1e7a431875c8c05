/**
 * A token of a text. Two tokens with the same key mean the same code. Spaces and line breaks are in
 * `gap`, which comes before the token.
 */
export type Token = {
  readonly key: string;
  readonly text: string;
  readonly gap: string;
  readonly kind: 'code' | 'comment' | 'optional';
  /** The place in the text; `end` is exclusive. An optional token that is left out has no width. */
  readonly start: number;
  readonly end: number;
};

/** Keys of optional tokens: a formatter may write them or leave them out. */
export const optional = {
  semicolon: '?;',
  comma: '?,',
  parameterOpen: '?(',
  parameterClose: '?)',
  groupOpen: '?((',
  groupClose: '?))',
  blockOpen: '{',
  blockClose: '}',
} as const;

/** Returns the key of a leading `|` or `&`. */
export function leadingKey(operator: string): string {
  return `?${operator}`;
}

/** Returns the key of a string, which does not depend on its quotes. */
export function stringKey(value: string): string {
  return `string ${value}`;
}

/** Returns the text that tokens were made from. `tail` is what comes after the last one. */
export function joinTokens(tokens: readonly Token[], tail: string): string {
  return tokens.map(({ gap, text }) => gap + text).join('') + tail;
}
