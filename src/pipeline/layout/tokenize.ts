import { parse, parseExpression, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Node } from '@babel/types';
import { findLookMarks } from './look-marks.ts';
import { type Lexeme, type Piece, readPieces } from './read-pieces.ts';
import type { Token } from './token.ts';

/** A text as tokens. `tail` is what comes after the last one; `root` is the syntax tree. */
export type Lexed = {
  readonly tokens: readonly Token[];
  readonly tail: string;
  readonly root: Node;
};

/**
 * Splits TypeScript, JavaScript or JSON into tokens. Each token that a formatter may leave out is
 * there, with an empty text if it was left out. Returns undefined for any other syntax.
 */
export function tokenize(text: string): Lexed | undefined {
  const parsed = parseText(text);
  if (!parsed) return undefined;
  const { root, lexemes } = parsed;
  return joinPieces(readPieces(lexemes, text, findLookMarks(root)), text, root);
}

/** Adds the gaps to pieces. Returns undefined if there is more than space between them. */
function joinPieces(pieces: readonly Piece[], text: string, root: Node): Lexed | undefined {
  const tokens: Token[] = [];
  let end = 0;
  for (const piece of pieces) {
    const { key, kind, start } = piece;
    const gap = text.slice(end, start);
    if (gap.trim() !== '') return undefined;
    tokens.push({ key, kind, start, end: piece.end, gap, text: text.slice(start, piece.end) });
    end = piece.end;
  }
  const tail = text.slice(end);
  return tail.trim() === '' ? { tokens, tail, root } : undefined;
}

type Parsed = { readonly root: Node; readonly lexemes: readonly Lexeme[] };

const syntaxes: readonly (readonly ParserPlugin[])[] = [
  ['typescript', 'decorators'],
  ['typescript', 'decorators-legacy'],
  ['typescript', 'decorators', 'jsx'],
];

function parseText(text: string): Parsed | undefined {
  const options: ParserOptions = {
    sourceType: 'module',
    tokens: true,
    attachComment: false,
    createParenthesizedExpressions: true,
  };
  if (/^\s*[{[]/.test(text)) {
    const json = attempt(() => parseExpression(text, options));
    if (json) return json;
  }
  for (const syntax of syntaxes) {
    const plugins: ParserPlugin[] = [
      ...syntax,
      'decoratorAutoAccessors',
      'explicitResourceManagement',
    ];
    const parsed = attempt(() => parse(text, { ...options, plugins }));
    if (parsed) return parsed;
  }
  return undefined;
}

function attempt(read: () => Node): Parsed | undefined {
  try {
    const root = read();
    const lexemes: unknown = Reflect.get(root, 'tokens');
    return Array.isArray(lexemes) ? { root, lexemes: lexemes as Lexeme[] } : undefined;
  } catch (error) {
    // The parser is recursive: deep nesting exhausts the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
