import {
  indentOf,
  learnIndents,
  lookOf,
  type Look,
  newLook,
  quoteAs,
  type Reindent,
} from './look.ts';
import { leadingKey, optional, type Token } from './token.ts';

/** The tokens of two texts. `matches` has for each of `tokens` its index in `others`, or -1. */
export type Matched = {
  readonly tokens: readonly Token[];
  readonly others: readonly Token[];
  readonly matches: readonly number[];
};

/** Which optional tokens stay as they are, not written like the other text: none, pairs, or all. */
export type KeptTokens = 'none' | 'pairs' | 'all';

type Style = Matched & {
  readonly look: Look;
  readonly reindent: Reindent;
  /** Optional tokens in pairs, both of which are a pair in the other text too. */
  readonly pairs: ReadonlySet<number>;
};

/** Writes the tokens of a text as another text has them. */
export function writeLike(matched: Matched, kept: KeptTokens): readonly Token[] {
  const { tokens, others, matches } = matched;
  const gaps = tokens.flatMap(({ gap }, at) => {
    const other = others[matches[at] ?? -1];
    return other ? [[gap, other.gap] as const] : [];
  });
  const style = {
    ...matched,
    look: newLook(lookOf(tokens), lookOf(others)),
    reindent: learnIndents(gaps),
    pairs: kept === 'none' ? commonPairs(matched) : new Set<number>(),
  };
  return tokens.map((token, at) => ({
    ...token,
    gap: writeGap(at, style),
    text: kept === 'all' && token.kind === 'optional' ? token.text : writeText(at, style),
  }));
}

function commonPairs({ tokens, others, matches }: Matched): ReadonlySet<number> {
  const otherPairs = new Map(pairsOf(others));
  const common = pairsOf(tokens).filter(
    ([open, close]) => otherPairs.get(matches[open] ?? -1) === matches[close],
  );
  return new Set(common.flat());
}

const closing = new Map<string, string>([
  [optional.blockOpen, optional.blockClose],
  [optional.groupOpen, optional.groupClose],
  [optional.parameterOpen, optional.parameterClose],
]);

/** Lists the optional tokens that come in pairs, by index. */
function pairsOf(tokens: readonly Token[]): readonly (readonly [open: number, close: number])[] {
  const pairs: [number, number][] = [];
  const open: { readonly at: number; readonly closing: string }[] = [];
  tokens.forEach(({ key, kind }, at) => {
    if (kind !== 'optional') return;
    const closed = closing.get(key);
    if (closed !== undefined) open.push({ at, closing: closed });
    const last = open.at(-1);
    if (last?.closing !== key) return;
    pairs.push([last.at, at]);
    open.pop();
  });
  return pairs;
}

/** Whether a token and the one before it are neighbours in the other text too. */
function areNeighbours(at: number, { others, matches }: Matched): boolean {
  const before = at === 0 ? -1 : matches[at - 1];
  const next = at === matches.length ? others.length : matches[at];
  if (next === undefined || before === undefined) return false;
  return next === before + 1 && (before >= 0 || at === 0);
}

function writeGap(at: number, style: Style): string {
  const { tokens, others, matches } = style;
  const { gap: own = '' } = tokens[at] ?? {};
  const other = others[matches[at] ?? -1]?.gap;
  if (other === undefined) return gapOfNewToken(at, own, style);
  return areNeighbours(at, style) ? other : gapBehindEdit(at, own, other, style);
}

function gapOfNewToken(at: number, own: string, style: Style): string {
  const gap = reindented(own, style);
  const isItem = isAfterComma(at, style) && style.tokens[at]?.kind !== 'comment';
  return isItem ? gapInList(at, gap, style) : gap;
}

/** The gap of a token that follows another one than in the other text. */
function gapBehindEdit(at: number, own: string, other: string, style: Style): string {
  const [indent, otherIndent] = [indentOf(own), indentOf(other)];
  if (indent === undefined) return otherIndent === undefined ? own : other;
  if (otherIndent !== undefined) return breaksOf(own) + otherIndent;
  return isAfterComma(at, style) ? other : reindented(own, style);
}

/** Whether a token follows a comma that the other text has too. */
function isAfterComma(at: number, { tokens, matches }: Style): boolean {
  return tokens[at - 1]?.key === ',' && (matches[at - 1] ?? -1) >= 0;
}

function reindented(gap: string, { reindent }: Style): string {
  const indent = indentOf(gap);
  return indent === undefined ? gap : breaksOf(gap) + reindent(indent);
}

/** The line breaks of a gap. */
const breaksOf = (gap: string): string => gap.slice(0, gap.lastIndexOf('\n') + 1);

/** The gap before a new item of a list that has one item a line. */
function gapInList(at: number, own: string, { others, matches }: Style): string {
  const following = others[(matches[at - 1] ?? -1) + 1]?.gap ?? '';
  return !own.includes('\n') && following.includes('\n') ? following : own;
}

function writeText(at: number, style: Style): string {
  const { tokens, others, matches, look, reindent } = style;
  const token = tokens[at];
  if (!token) return '';
  const other = others[matches[at] ?? -1];
  if (token.kind === 'optional') return writeOptional(token, at, other, style);
  if (other) return other.text;
  if (token.kind === 'comment')
    return token.text.replaceAll(
      /\n([ \t]*)(?= \*)/g,
      (_, indent: string) => `\n${reindent(indent)}`,
    );
  return quoteAs(token, look);
}

function writeOptional(token: Token, at: number, other: Token | undefined, style: Style): string {
  const { look, pairs } = style;
  const isBesideNext = areNeighbours(at + 1, style);
  switch (token.key) {
    case optional.semicolon:
      return writeSemicolon(token, at, other, style);
    case optional.comma:
      if (other && isBesideNext) return other.text;
      return look.hasTrailingCommas ? token.text : '';
    case leadingKey('|'):
    case leadingKey('&'):
      return other && isBesideNext ? other.text : token.text;
    default:
      return other && pairs.has(at) ? other.text : token.text;
  }
}

function writeSemicolon(
  { text }: Token,
  at: number,
  other: Token | undefined,
  style: Style,
): string {
  if (other && areNeighbours(at, style) && areNeighbours(at + 1, style)) return other.text;
  const isLeftOut = other ? other.text === '' : !style.look.hasSemicolons;
  if (isLeftOut) return canLeaveOut(at, style) ? '' : text;
  return other && areNeighbours(at, style) ? other.text : text;
}

/** Whether the code behind a semicolon begins a statement without it too. */
function canLeaveOut(at: number, { tokens }: Style): boolean {
  let gap = '';
  for (let next = at + 1; next < tokens.length; next += 1) {
    const token = tokens[next];
    gap += token?.gap ?? '';
    if (!token || token.kind === 'comment' || token.text === '') continue;
    return token.text === '}' || (gap.includes('\n') && /^[\w$@'"#{]/.test(token.text));
  }
  return true;
}
