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

/** A token of the parser that is no comment. `next` is the word of the one after it. */
type Code = {
  readonly word: string;
  readonly label: string;
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
  const words = lexemes.filter(({ type }) => typeof type !== 'string');
  let count = 0;
  for (const { type, value, start, end } of lexemes) {
    if (typeof type === 'string') {
      reading.pieces.push({ key: commentKey(type, String(value)), kind: 'comment', start, end });
      continue;
    }
    count += 1;
    if (type.label === 'eof') continue;
    const after = words[count];
    const next = after ? text.slice(after.start, after.end) : '';
    readCode(
      { word: text.slice(start, end), label: type.label, value, start, end, next },
      reading,
      marks,
    );
  }
  return reading.pieces;
}

function readCode(code: Code, reading: Reading, marks: LookMarks): void {
  const { start, end } = code;
  if (isCloser(code.word) && !marks.there.has(start)) readComma(reading);
  const keysBefore = marks.before.get(start) ?? [];
  for (const key of keysBefore) addBefore(key, code, reading);
  push(reading, { ...pieceOf(code, reading, marks, keysBefore), start, end });
  for (const key of marks.after.get(end) ?? []) addAfter(key, code, reading);
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

const isCloser = (word: string): boolean => /^[)\]}>]$/.test(word);
const noComma = new Set(['(', '[', '{', '<', ';', optional.semicolon, '${']);

/** Finds the comma before a closing bracket, or adds the one that was left out. */
function readComma(reading: Reading): void {
  const { pieces, last } = reading;
  const key = pieces[last]?.key ?? '(';
  if (key !== ',') {
    if (!noComma.has(key)) insert(reading, optional.comma);
    return;
  }
  const earlier = pieces.slice(0, last).findLast(({ kind }) => kind !== 'comment')?.key;
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
  { quotedNames, there }: LookMarks,
  keysBefore: readonly string[],
): Pick<Piece, 'key' | 'kind'> {
  const { word, label, value, start } = code;
  const { absorbed } = reading;
  if (absorbed?.word === word) {
    reading.absorbed = undefined;
    return { key: absorbed.key, kind: 'optional' };
  }
  if (keysBefore.includes(leadingKey(word))) return { key: leadingKey(word), kind: 'optional' };
  const known = there.get(start);
  if (known !== undefined) return { key: known, kind: 'optional' };
  if (quotedNames.has(start)) return { key: String(value), kind: 'code' };
  if (label === 'string') return { key: stringKey(String(value)), kind: 'code' };
  if (label === 'num' || label === 'bigint') return { key: numberKey(word), kind: 'code' };
  return { key: word, kind: 'code' };
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
