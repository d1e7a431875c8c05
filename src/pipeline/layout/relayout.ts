import { orderImports } from './import-order.ts';
import type { Language } from './language.ts';
import { matchTokens } from './match-tokens.ts';
import { joinTokens, type Token } from './token.ts';
import { type Lexed, tokenize } from './tokenize.ts';
import { type KeptTokens, writeLike } from './write-like.ts';

/**
 * Returns `text` in the look of `like`: all that both have is written and laid out as in `like`,
 * and imports have its order. The code stays the same. Returns undefined if one of them does not
 * parse, or if they have too little in common.
 */
export function relayout(text: string, like: string, language: Language): string | undefined {
  const [own, other] = [tokenize(text, language), tokenize(like, language)];
  return own && other && relay(own, other)?.text;
}

/** A base and upstream's text, which is undefined if upstream has the file no longer. */
export type Pair = { readonly base: string; readonly theirs: string | undefined };

/**
 * Returns a pair in the look of the user's text. What upstream did not change is the same in both.
 * If upstream's text is the user's in another look, it becomes the user's.
 */
export function relayoutPair(
  { base, theirs }: Pair,
  mine: string,
  language: Language,
): Pair | undefined {
  const [own, other] = [tokenize(base, language), tokenize(mine, language)];
  const relaid = own && other && relay(own, other);
  if (!relaid) return undefined;
  if (theirs === undefined || theirs === base)
    return { base: relaid.text, theirs: theirs && relaid.text };
  const upstream = tokenize(theirs, language);
  if (!upstream) return undefined;
  if (hasSameCode(upstream, other)) return { base: relaid.text, theirs: mine };
  const relaidTheirs = relay(upstream, relaid);
  return relaidTheirs && { base: relaid.text, theirs: relaidTheirs.text };
}

/** Whether two texts differ at most in their look. */
export function sameCode(one: string, other: string, language: Language): boolean {
  const [a, b] = [tokenize(one, language), tokenize(other, language)];
  return a !== undefined && b !== undefined && hasSameCode(a, b);
}

function hasSameCode(a: Lexed, b: Lexed): boolean {
  return haveSameKeys(orderImports(a, b), b.tokens);
}

function haveSameKeys(a: readonly Token[], b: readonly Token[]): boolean {
  return a.length === b.length && a.every(({ key }, index) => key === b[index]?.key);
}

type Relaid = Lexed & { readonly text: string };

function relay(own: Lexed, other: Lexed): Relaid | undefined {
  const tokens = orderImports(own, other);
  const matches = matchTokens(tokens, other.tokens);
  if (!matches) return undefined;
  const matched = { tokens, others: other.tokens, matches };
  const isEndMatched = matches.at(-1) === other.tokens.length - 1;
  const tail = isEndMatched ? other.tail : own.tail;
  // Keeps more of them if the code would otherwise change.
  const tries: readonly KeptTokens[] = ['none', 'pairs', 'all'];
  for (const kept of tries) {
    const text = joinTokens(writeLike(matched, kept), tail);
    const lexed = tokenize(text, own.language);
    if (lexed && haveSameKeys(lexed.tokens, tokens)) return { ...lexed, text };
  }
  return undefined;
}
