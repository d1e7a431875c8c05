import type { Step } from '../core/event.ts';
import { escapeUnseen } from '../core/sanitize.ts';
import { startOf, wrap, type Page } from '../screen/text.ts';

/** A text of more characters stands below the arguments, and so does one of several lines. */
const SHORT_CHARS = 160;
/** The parts of long arguments that are shown before a person asks for all. */
const MAX_CHARS = 1_500;
const MAX_LINES = 20;

/** How to see the part that is cut, or `all` to cut nothing. */
export type Rest = 'all' | { readonly shownBy: string };

/**
 * The arguments of a step as lines: JSON, then each long text line by line, behind a bar that no
 * text can leave. In the JSON, `(1)` without quotes stands for the first of them. What cannot be
 * seen is escaped. The first line has no indent.
 */
export function argumentLines({ intent: _, ...rest }: Step, page: Page, more: Rest): string[] {
  const texts: string[] = [];
  const mark = crypto.randomUUID();
  const json = JSON.stringify(rest, (_name, value: unknown) => {
    const isLong = typeof value === 'string' && (value.length > SHORT_CHARS || /\n/.test(value));
    return isLong ? `${mark}${texts.push(value)}` : value;
  });
  const line = cut(escapeUnseen(json.replaceAll(new RegExp(`"${mark}(\\d+)"`, 'g'), '($1)')), more);
  return [
    line.text + missing(line.left, more, ''),
    ...texts.flatMap((text, index) => textLines(text, `(${index + 1})`, page, more)),
  ];
}

function textLines(whole: string, name: string, page: Page, more: Rest): string[] {
  const { text, left } = cut(whole.replaceAll('\r\n', '\n'), more);
  const bar = `${' '.repeat(5 + name.length)} │ `;
  const lines = text.split('\n').map((line) => wrap(bar + escapeUnseen(line), page.columns(), bar));
  const [first = '', ...others] = lines;
  const named = `     ${name} ${first.slice(bar.length - 2)}`;
  return [named, ...others, missing(left, more, bar)].filter(Boolean);
}

/** Some lines of a text, and the number of characters that are left. */
function cut(whole: string, more: Rest): { readonly text: string; readonly left: number } {
  if (more === 'all') return { text: whole, left: 0 };
  const lines = whole.split('\n', MAX_LINES).join('\n');
  const text = lines.length > MAX_CHARS ? startOf(lines, MAX_CHARS) : lines;
  return { text, left: whole.length - text.length };
}

function missing(left: number, more: Rest, indent: string): string {
  if (left === 0 || more === 'all') return '';
  return `${indent}… ${left.toLocaleString('en')} more characters: ${more.shownBy} shows all`;
}
