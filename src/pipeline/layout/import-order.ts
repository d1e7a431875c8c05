import type { Statement } from '@babel/types';
import type { Token } from './token.ts';
import type { Lexed } from './tokenize.ts';

/** A part of a list as a range of tokens; `to` is exclusive. */
type Item = { readonly name: string; readonly from: number; readonly to: number };

/** Items that may change places, in the order of the text. */
type List = readonly Item[];

/**
 * Returns the tokens of a text, with its imports and the names in them in the order of another
 * text. One without names, which is there for its effect, stays where it is, and no other one moves
 * past it. A comment above an import moves with it or stays, whichever is more like the other text:
 * formatters do both.
 */
export function orderImports(lexed: Lexed, like: Lexed): readonly Token[] {
  const ranks = new Map<string, number>();
  const { imports, names } = findLists(like, true);
  for (const { name } of [...names, ...imports].flat())
    if (!ranks.has(name)) ranks.set(name, ranks.size);
  const moving = arrangeAll(lexed, ranks, true);
  const staying = arrangeAll(lexed, ranks, false);
  return countEqual(staying, like.tokens) > countEqual(moving, like.tokens) ? staying : moving;
}

function countEqual(tokens: readonly Token[], others: readonly Token[]): number {
  return tokens.filter(({ key }, at) => key === others[at]?.key).length;
}

function arrangeAll(
  lexed: Lexed,
  ranks: ReadonlyMap<string, number>,
  movesComments: boolean,
): readonly Token[] {
  const { imports, names } = findLists(lexed, movesComments);
  // Moving a name within its import leaves the places of the imports.
  return arrange(arrange(lexed.tokens, names, ranks), imports, ranks);
}

/** Puts the items of each list that have ranks in that order. The lists are in the text's order. */
function arrange(
  tokens: readonly Token[],
  lists: readonly List[],
  ranks: ReadonlyMap<string, number>,
): readonly Token[] {
  const parts: (readonly Token[])[] = [];
  let end = 0;
  for (const list of lists) {
    const order = ordered(list, ranks);
    list.forEach((place, index) => {
      const { from, to } = order[index] ?? place;
      const [start, ...rest] = tokens.slice(from, to);
      const gap = tokens[place.from]?.gap ?? '';
      parts.push(tokens.slice(end, place.from), start ? [{ ...start, gap }, ...rest] : []);
      end = place.to;
    });
  }
  return [...parts, tokens.slice(end)].flat();
}

/** Orders items by rank. Those without a rank stay behind their neighbour. */
function ordered(list: List, ranks: ReadonlyMap<string, number>): List {
  let rank = -1;
  const ranked = list.map((item) => {
    rank = ranks.get(item.name) ?? rank;
    return { item, rank };
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** Finds the lists of imports, and the lists of names in imports and exports. */
function findLists(
  { root, tokens }: Lexed,
  movesComments: boolean,
): {
  readonly imports: readonly List[];
  readonly names: readonly List[];
} {
  const body = root.type === 'File' ? root.program.body : [];
  const imports: Item[][] = [];
  const names: List[] = [];
  const count = new Map<string, number>();
  let before: string | undefined;
  for (const statement of body) {
    const source = sourceOf(statement);
    const kind = source === undefined ? undefined : statement.type.slice(0, 6);
    if (kind !== undefined && source !== undefined) {
      const name = numbered(`${kind} ${isTypeOnly(statement) ? 'type ' : ''}${source}`, count);
      const item = { name, ...rangeOf(statement, tokens, movesComments) };
      const list = imports.at(-1);
      if (kind === before && list) list.push(item);
      else imports.push([item]);
      names.push(namesIn(name, item, tokens));
    } else if (statement.type === 'ExportNamedDeclaration' && !statement.declaration) {
      names.push(
        namesIn(numbered('export', count), rangeOf(statement, tokens, movesComments), tokens),
      );
    }
    before = kind;
  }
  return { imports, names };
}

/**
 * Returns the module that a statement imports or exports names from. Undefined if there are no
 * names: the module is then loaded for its effect.
 */
function sourceOf(statement: Statement): string | undefined {
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
      return statement.specifiers.length > 0 ? statement.source?.value : undefined;
    case 'ExportAllDeclaration':
      return statement.source.value;
    default:
      return undefined;
  }
}

function isTypeOnly(statement: Statement): boolean {
  const isImport = statement.type === 'ImportDeclaration';
  return isImport && statement.importKind === 'type';
}

function numbered(name: string, count: Map<string, number>): string {
  const times = (count.get(name) ?? 0) + 1;
  count.set(name, times);
  return `${name} ${times}`;
}

type Range = { readonly from: number; readonly to: number };

/** Returns the tokens of a statement, with the comment beside it and those right above it. */
function rangeOf(
  { start, end }: Statement,
  tokens: readonly Token[],
  movesComments: boolean,
): Range {
  let from = indexOfStart(start ?? 0, tokens);
  while (from < tokens.length && tokens[from]?.kind !== 'code') from += 1;
  let to = from;
  while (to < tokens.length && (tokens[to]?.end ?? 0) <= (end ?? 0)) to += 1;
  const beside = tokens[to];
  if (beside?.kind === 'comment' && !beside.gap.includes('\n')) to += 1;
  if (!movesComments) return { from, to };
  while (isAbove(tokens[from - 1], tokens[from])) from -= 1;
  return { from, to };
}

/** Returns the index of the first token that starts at an offset or after it, by binary search. */
function indexOfStart(offset: number, tokens: readonly Token[]): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a token is a comment in a line of its own, right above the line of another token. */
function isAbove(comment: Token | undefined, token: Token | undefined): boolean {
  if (comment?.kind !== 'comment' || token?.gap.split('\n').length !== 2) return false;
  return comment.start === 0 || comment.gap.includes('\n');
}

/** Lists the names between the braces of an import or export. */
function namesIn(statement: string, { from, to }: Range, tokens: readonly Token[]): List {
  const indexOf = (text: string, start: number): number => {
    let at = start;
    while (at < to && tokens[at]?.text !== text) at += 1;
    return at;
  };
  const open = indexOf('{', from);
  const close = indexOf('}', open);
  const items: Item[] = [];
  let start = open + 1;
  for (let at = start; at <= close; at += 1) {
    if (tokens[at]?.kind === 'comment') return [];
    if (at < close && tokens[at]?.key !== ',') continue;
    const part = tokens.slice(start, at).filter(({ kind }) => kind === 'code');
    const name = `${statement} ${part.map(({ key }) => key).join(' ')}`;
    if (part.length > 0) items.push({ name, from: start, to: start + part.length });
    start = at + 1;
  }
  return items;
}
