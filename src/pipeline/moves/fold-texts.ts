import { withBomOf, withoutBom } from '../text/byte-order-mark.ts';
import { lf, withEndingsOf } from '../text/line-endings.ts';

// Comments before and between the imports are part of the body.
const blankOrComment = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const binding = /import\b(?!\s*[(.])[^'"();]*(['"])(?<from>[^'"\n]*)\1/.source;
const attributes = /(?:[ \t]*with[ \t]*\{[^}]*\})?/.source;
const restOfLine = /;?[ \t]*(?:\/\/[^\n]*)?(?:\n|$)/.source;
const importStatement = new RegExp(binding + attributes + restOfLine, 'y');

/**
 * Puts the texts of several files into one: first the imports at the top of each, then their
 * bodies, in order. Equal imports are kept once. An import is left out if its specifier is in
 * `inner`, the ones that name the file itself. The result has the line endings of the first text.
 */
export function foldTexts(texts: readonly string[], inner: ReadonlySet<string>): string {
  const [first = ''] = texts;
  const parts = texts.map((text) => split(withoutBom(lf(text))));
  const imports = parts.flatMap((part) => part.imports).filter(({ from }) => !inner.has(from));
  const statements = [...new Set(imports.map(({ statement }) => statement))];
  const bodies = parts.map(({ body }) => body).filter((body) => body !== '');
  const blocks = statements.length === 0 ? bodies : [statements.join('\n'), ...bodies];
  const folded = blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
  return withBomOf(first, withEndingsOf(first, folded));
}

type Import = { readonly statement: string; readonly from: string };
type Parts = { readonly imports: readonly Import[]; readonly body: string };

/** Splits a text at the first code that is no import. */
function split(text: string): Parts {
  const imports: Import[] = [];
  let body = '';
  let at = 0;
  for (;;) {
    const skipped = matchAt(blankOrComment, text, at);
    const found = matchAt(importStatement, text, at);
    if (!skipped && !found) break;
    if (skipped) body += skipped[0];
    if (found) imports.push({ statement: found[0].trimEnd(), from: found.groups?.['from'] ?? '' });
    at += (skipped ?? found)?.[0].length ?? 0;
  }
  return { imports, body: withoutOuterBlankLines(body + text.slice(at)) };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function withoutOuterBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}
