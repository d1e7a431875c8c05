import { isWide, startOf } from '../screen/text.ts';

/** Broad letters of a proportional font. */
const broad = /^[mwMW@%]/;

function widthOf(grapheme: string): number {
  if (isWide(grapheme)) return 2;
  return broad.test(grapheme) ? 1.5 : 1;
}

/** Breaks a text into at most `maxLines` lines. A cut text ends in `…`. */
export function fitText(text: string, columns: number, maxLines: number): string[] {
  const lines: string[] = [];
  let rest = text.slice(0, columns * maxLines * 12).trim();
  while (rest !== '' && lines.length < maxLines - 1) {
    const line = lineOf(rest, columns);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  if (rest === '' && lines.length > 0) return lines;
  const last = cut(rest, columns);
  const isWhole = last === rest;
  return [...lines, isWhole ? last : `${cut(rest, columns - 1).trimEnd()}…`];
}

/** As much of a text as fits, up to its last space if that is not too early. */
function lineOf(text: string, columns: number): string {
  const start = cut(text, columns);
  const space = text.lastIndexOf(' ', start.length);
  if (start === text || space < start.length / 2) return start;
  return text.slice(0, space + 1);
}

/** As much of a text as fits. */
const cut = (text: string, columns: number): string => startOf(text, columns, widthOf);
