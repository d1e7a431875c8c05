import type { LookMarks } from './look-marks.ts';
import { leadingKey, optional, stringKey, type Token } from './token.ts';

/** A token of the parser. The type of a comment is a string. */
export type Lexeme = {
  readonly type: string | { readonly label: string };
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
};

/** A token without its texts. */
export type Piece = Omit<Token, 'gap' | 'text'>;

/** A token of the parser that is no comment. `next` is the start of the one after it. */
type Code = {
  readonly word: string;
  readonly type: { readonly label: string };
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  readonly next: string;
};

/** Pieces that are being read. `last` is the index of the last one that is no comment. */
type Reading = {
  readonly pieces: Piece[];
  last: number;
  /** The key that the next `;` or `)` gets, because it is optional there. */
  absorbed: { readonly word: string; readonly key: string } | undefined;
};

/** Turns the parser's tokens into ours, and adds those that a formatter left out. */
export function readPieces(
  lexemes: readonly Lexeme[],
  text: string,
  marks: LookMarks,
): readonly Piece[] {
  const reading: Reading = { pieces: [], last: -1, absorbed: undefined };
  lexemes.forEach(({ type, value, start, end }, at) => {
    if (typeof type === 'string') {
      reading.pieces.push({ key: commentKey(type, String(value)), kind: 'comment', start, end });
    } else if (type.label !== 'eof') {
      const next = wordAfter(lexemes, at, text);
      readCode({ word: text.slice(start, end), type, value, start, end, next }, reading, marks);
    }
  });
  return reading.pieces;
}

/** Returns the first two characters of the code after a token. */
function wordAfter(lexemes: readonly Lexeme[], at: number, text: string): string {
  let next = at + 1;
  while (typeof lexemes[next]?.type === 'string') next += 1;
  const { start = text.length, end = text.length } = lexemes[next] ?? {};
  return text.slice(start, Math.min(end, start + 2));
}

const none: readonly string[] = [];

function readCode(code: Code, reading: Reading, marks: LookMarks): void {
  const { start, end } = code;
  if (closesList(code, marks)) readComma(reading);
  const keysBefore = marks.before.get(start) ?? none;
  for (const key of keysBefore) addBefore(key, code, reading);
  push(reading, pieceOf(code, reading, marks, keysBefore));
  for (const key of marks.after.get(end) ?? none) addAfter(key, code, reading);
}

/** Adds a piece of no width behind the last code, before the comments there. */
function insert(reading: Reading, key: string): void {
  const { pieces, last } = reading;
  const at = pieces[last]?.end ?? 0;
  pieces.splice(last + 1, 0, { key, kind: 'optional', start: at, end: at });
  reading.last = last + 1;
}

function push(reading: Reading, piece: Piece): void {
  reading.pieces.push(piece);
  reading.last = reading.pieces.length - 1;
}

function makeOptional({ pieces, last }: Reading, key: string): void {
  const piece = pieces[last];
  if (piece) pieces[last] = { ...piece, key, kind: 'optional' };
}

/** Labels of types: the text of a template or of JSX has another one, even if it is a bracket. */
const closers = new Set([')', ']', '}']);

function closesList({ type, start }: Code, { there, typeListEnds }: LookMarks): boolean {
  return (closers.has(type.label) && !there.has(start)) || typeListEnds.has(start);
}

const noComma = new Set(['(', '[', '{', '<', ';', optional.semicolon, '${']);

/** Finds the comma before a closing bracket, or adds the one that was left out. */
function readComma(reading: Reading): void {
  const { pieces, last } = reading;
  const key = pieces[last]?.key ?? '(';
  if (key !== ',') {
    if (!noComma.has(key)) insert(reading, optional.comma);
    return;
  }
  let at = last - 1;
  while (pieces[at]?.kind === 'comment') at -= 1;
  const earlier = pieces[at]?.key;
  // In `[,]` and `[a,,]` the last comma is a hole of the array.
  if (earlier !== ',' && earlier !== '[') makeOptional(reading, optional.comma);
}

function addBefore(key: string, code: Code, reading: Reading): void {
  switch (key) {
    case optional.blockOpen:
      return insert(reading, key);
    case optional.parameterOpen:
      if (code.next !== '=>') return makeOptional(reading, key);
      break;
    default:
      if (key === leadingKey(code.word)) return;
  }
  push(reading, { key, kind: 'optional', start: code.start, end: code.start });
}

function addAfter(key: string, { word, next }: Code, reading: Reading): void {
  if (key === optional.semicolon && /^[;,]$/.test(word)) return makeOptional(reading, key);
  if (key === optional.semicolon && next === ';') {
    reading.absorbed = { word: ';', key };
    return;
  }
  if (key === optional.parameterClose && next !== '=>') {
    reading.absorbed = { word: ')', key };
    return;
  }
  // The comma is read before the parenthesis that it belongs to.
  if (key === optional.parameterClose) insert(reading, optional.comma);
  insert(reading, key);
}

function pieceOf(
  code: Code,
  reading: Reading,
  marks: LookMarks,
  keysBefore: readonly string[],
): Piece {
  const { word, start, end } = code;
  const optionalKey = marks.there.get(start) ?? absorb(word, reading);
  if (optionalKey !== undefined) return { key: optionalKey, kind: 'optional', start, end };
  const leading = leadingKey(word);
  if (keysBefore.includes(leading)) return { key: leading, kind: 'optional', start, end };
  return { key: codeKey(code, marks), kind: 'code', start, end };
}

function absorb(word: string, reading: Reading): string | undefined {
  const { absorbed } = reading;
  if (absorbed?.word !== word) return undefined;
  reading.absorbed = undefined;
  return absorbed.key;
}

function codeKey({ word, type, value, start }: Code, { quotedNames }: LookMarks): string {
  switch (type.label) {
    case 'string':
      return quotedNames.has(start) ? String(value) : stringKey(String(value));
    case 'num':
    case 'bigint':
      return numberKey(word);
    case 'template':
    case 'jsxText':
      return `text ${word}`;
    default:
      return word;
  }
}

/** Returns a number in one spelling: `0XFF`, `1.50` and `.5` are `0xff`, `1.5` and `0.5`. */
function numberKey(word: string): string {
  const lower = word.toLowerCase();
  if (/^0[box]/.test(lower)) return lower;
  return lower
    .replace(/^\./, '0.')
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '')
    .replace('e+', 'e');
}

/** Returns a comment without the space that formatters change. */
function commentKey(type: string, value: string): string {
  if (type === 'CommentLine') return `//${value.trim()}`;
  const lines = value.split('\n').map((line) => line.trim());
  return `/*${lines.join('\n')}*/`;
}
