import { orderImports } from './import-order.ts';
import { type Lexed, tokenize } from './tokenize.ts';

/** Whether two texts differ at most in their look: all that a formatter changes. */
export function sameCode(one: string, other: string): boolean {
  const [a, b] = [tokenize(one), tokenize(other)];
  return a !== undefined && b !== undefined && sameTokens(a, b);
}

function sameTokens(a: Lexed, b: Lexed): boolean {
  const ordered = orderImports(a, b);
  return (
    ordered.length === b.tokens.length &&
    ordered.every(({ key }, index) => key === b.tokens[index]?.key)
  );
}
