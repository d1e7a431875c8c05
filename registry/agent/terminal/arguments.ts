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
 * The arguments of a step: a line of JSON, then the long texts, each line behind a bar. JSON with
 * values in values stands behind a bar, too, on several lines. In it, `(1)` without quotes stands
 * for the first text. Unseen characters are escaped.
 */
export function argumentLines(step: Step, page: Page, more: Rest): string[] {
  const texts: string[] = [];
  const mark = crypto.randomUUID();
  const json = JSON.stringify(without(step, 'intent'), (_name, value: unknown) => {
    if (typeof value !== 'string') return value;
    const isShort = value.length <= SHORT_CHARS && !value.includes('\n');
    return isShort ? value : `${mark}${texts.push(value)}`;
  });
  const marks = new RegExp(`"${mark}(\\d+)"`, 'g');
  const blocks = texts.flatMap((text, index) =>
    behindBar(text.replaceAll('\r\n', '\n'), page, more, `     (${index + 1}) │ `),
  );
  const args: unknown = JSON.parse(json);
  const lines = jsonLines(args).replaceAll(marks, '($1)');
  if (isFlat(args)) return [cut(escapeUnseen(lines), more).join(' '), ...blocks];
  return ['', ...behindBar(lines, page, more, '     │ ', '     │ … '), ...blocks];
}

/** Puts lines behind a bar: the first has a `name`, and what is wrapped stands behind `rest`. */
function behindBar(text: string, page: Page, more: Rest, name: string, rest?: string): string[] {
  const bar = `${' '.repeat(name.length - 2)}│ `;
  const { length } = rest ?? bar;
  return cut(text, more).map((one, at) => {
    // A terminal puts the rest of a long word before the bar, where it can pass for ours.
    const words = breakWords(escapeUnseen(one), page.columns() - length);
    return wrap((at === 0 ? name : bar) + words, page.columns(), rest ?? bar);
  });
}

/** JSON with a line for each part of a value that has values in values. */
function jsonLines(value: unknown, indent = ''): string {
  if (!isNested(value) || isFlat(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const labelOf = (name: string) => (isList ? '' : `${JSON.stringify(name)}: `);
  const parts = Object.entries(value).map(([name, one]) => labelOf(name) + jsonLines(one, inner));
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;
const isFlat = (value: unknown) => !isNested(value) || !Object.values(value).some(isNested);

/** The lines of a text. The last one says how much is cut. */
function cut(text: string, more: Rest): string[] {
  if (more === 'all') return text.split('\n');
  const lines = text.split('\n', MAX_LINES).join('\n');
  const shown = lines.length > MAX_CHARS ? startOf(lines, MAX_CHARS) : lines;
  const left = (text.length - shown.length).toLocaleString('en');
  if (shown === text) return shown.split('\n');
  return [...shown.split('\n'), `… ${left} more characters: ${more.shownBy} shows all`];
}
