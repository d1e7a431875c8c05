import { without, type Step } from '../core/event.ts';
import { escapeUnseen } from '../core/sanitize.ts';
import { breakWords, startOf, wrap, type Page } from '../screen/text.ts';

/** A longer text, or one of several lines, stands below the JSON. */
const SHORT_CHARS = 160;
/** The part that is shown at first. */
const MAX_CHARS = 1_500;
const MAX_LINES = 20;

/** How to see the part that is cut; `all` cuts nothing. */
export type Rest = 'all' | { readonly shownBy: string };

/**
 * The arguments of a step: a line of JSON, then the long texts, each line behind a bar.
 * In the JSON, `(1)` without quotes stands for the first. Unseen characters are escaped.
 */
export function argumentLines(step: Step, page: Page, more: Rest): string[] {
  const texts: string[] = [];
  const mark = crypto.randomUUID();
  const json = JSON.stringify(without(step, 'intent'), (_name, value: unknown) => {
    if (typeof value !== 'string') return value;
    const isShort = value.length <= SHORT_CHARS && !value.includes('\n');
    return isShort ? value : `${mark}${texts.push(value)}`;
  });
  const line = escapeUnseen(json.replaceAll(new RegExp(`"${mark}(\\d+)"`, 'g'), '($1)'));
  const blocks = texts.flatMap((text, index) => {
    const name = `     (${index + 1}) │ `;
    const bar = `${' '.repeat(name.length - 2)}│ `;
    return cut(text.replaceAll('\r\n', '\n'), more).map((one, at) => {
      // A terminal puts the rest of a long word before the bar, where it can pass for ours.
      const words = breakWords(escapeUnseen(one), page.columns() - bar.length);
      return wrap((at === 0 ? name : bar) + words, page.columns(), bar);
    });
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
