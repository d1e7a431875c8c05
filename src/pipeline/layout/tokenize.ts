import { parse, parseExpression, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Node } from '@babel/types';
import { withoutBom } from '../text/byte-order-mark.ts';
import type { Language } from './language.ts';
import { findLookMarks } from './look-marks.ts';
import { type Lexeme, type Piece, readPieces } from './read-pieces.ts';
import type { Token } from './token.ts';

/** Characters of the longest text to parse, which takes about a second. */
const longest = 400_000;

/** A text as tokens. `tail` is what comes after the last one; `root` is the syntax tree. */
export type Lexed = {
  readonly language: Language;
  readonly tokens: readonly Token[];
  readonly tail: string;
  readonly root: Node;
};

/**
 * Splits a text into tokens. Each token that a formatter may leave out is there, with an empty text
 * if it was left out. Returns undefined if the text has errors, is nested too deeply or is too
 * long.
 */
export function tokenize(text: string, language: Language): Lexed | undefined {
  if (text.length > longest) return undefined;
  for (const read of readersOf(language)) {
    const lexed = attempt(() => readTokens(text, language, read(text)));
    if (lexed) return lexed;
  }
  return undefined;
}

function readTokens(text: string, language: Language, root: Node): Lexed | undefined {
  const lexemes: unknown = Reflect.get(root, 'tokens');
  if (!Array.isArray(lexemes)) return undefined;
  const pieces = readPieces(lexemes as Lexeme[], text, findLookMarks(root));
  return joinPieces(pieces, text, { language, root });
}

/** Adds the gaps to pieces. Returns undefined if there is more than space between them. */
function joinPieces(
  pieces: readonly Piece[],
  text: string,
  source: Pick<Lexed, 'language' | 'root'>,
): Lexed | undefined {
  const tokens: Token[] = [];
  let end = 0;
  for (const piece of pieces) {
    const { kind, start } = piece;
    const gap = text.slice(end, start);
    if (gap.trim() !== '') return undefined;
    // `// @ts-ignore` is about the next line: a comment behind code is another one than above it.
    const isAbove = kind === 'comment' && (end === 0 || gap.includes('\n'));
    const key = isAbove ? `${piece.key} above` : piece.key;
    tokens.push({ key, kind, start, end: piece.end, gap, text: text.slice(start, piece.end) });
    end = piece.end;
  }
  const tail = text.slice(end);
  return tail.trim() === '' ? { ...source, tokens, tail } : undefined;
}

/** Parses a text. */
type Read = (text: string) => Node;

const options: ParserOptions = {
  sourceType: 'module',
  tokens: true,
  attachComment: false,
  createParenthesizedExpressions: true,
};

/** Lists the ways to parse a language, in the order in which to try them. */
function readersOf(language: Language): readonly Read[] {
  if (language === 'json') return [readJson];
  const decorators: readonly ParserPlugin[] = ['decorators', 'decorators-legacy'];
  return decorators.map((plugin) => {
    const plugins: ParserPlugin[] = [
      ...pluginsOf(language),
      plugin,
      'decoratorAutoAccessors',
      'explicitResourceManagement',
    ];
    return (text) => parse(text, { ...options, plugins });
  });
}

/** Rejects `<T>(a: T) => a` and `<T>a`, as the compiler does. */
const strictTypescript: ParserPlugin = ['typescript', { disallowAmbiguousJSXLike: true }];

function pluginsOf(language: Exclude<Language, 'json'>): readonly ParserPlugin[] {
  switch (language) {
    case 'typescript':
      return ['typescript'];
    case 'typescript-module':
      return [strictTypescript];
    case 'tsx':
      return [strictTypescript, 'jsx'];
    case 'javascript':
      // Without types, `<` at the start of an expression begins JSX and nothing else.
      return ['jsx'];
    default:
      return language satisfies never;
  }
}

/** Parses strict JSON, which is an expression of JavaScript too. */
function readJson(text: string): Node {
  JSON.parse(withoutBom(text));
  return parseExpression(text, options);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // The parser is recursive: deep nesting exhausts the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
