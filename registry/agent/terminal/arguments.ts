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
  const line = escapeUnseen(json.replaceAll(new RegExp(`"${mark}(\\d+)"`, 'g'), '($1)'));
  const blocks = texts.flatMap((text, index) => {
    const name = `     (${index + 1}) │ `;
    const bar = `${' '.repeat(name.length - 2)}│ `;
    return cut(text.replaceAll('\r\n', '\n'), more).map((one, at) =>
      wrap((at === 0 ? name : bar) + escapeUnseen(one), page.columns(), bar),
    );
  });
  return [cut(line, more).join(' '), ...blocks];
}

/** The lines of a text. The last one says how much is cut. */
function cut(text: string, more: Rest): string[] {
  if (more === 'all') return text.split('\n');
  const lines = text.split('\n', MAX_LINES).join('\n');
  const shown = lines.length > MAX_CHARS ? startOf(lines, MAX_CHARS) : lines;
  const left = (text.length - shown.length).toLocaleString('en');
  if (shown === text) return shown.split('\n');
  return [...shown.split('\n'), `… ${left} more characters: ${more.shownBy} shows all`];
}
