import { stripVTControlCharacters } from 'node:util';

/** Characters that take two columns: emoji, and the scripts of East Asia. */
const eastAsian =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}]|[\u3000-\u303f\uff01-\uff60]/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;

/** Whether a character takes two columns. */
export const isWide = (grapheme: string): boolean =>
  eastAsian.test(grapheme) || emoji.test(grapheme);

/** The part of `Intl.Segmenter` that is used here. Its own types come with ES2022. */
type Segment = { readonly segment: string; readonly index: number };
type Segmenter = { segment: (text: string) => Iterable<Segment> };
type IntlSegmenter = { Segmenter: new (locale: string, options: object) => Segmenter };

const intl: object = Intl;
const segmenter = new (intl as IntlSegmenter).Segmenter('en', { granularity: 'grapheme' });

/** Characters that are segmented at once: the time and the memory grow with their square. */
const MAX_SEGMENTED = 256;

/** The characters of a text as people see them. */
function* graphemes(text: string): Generator<Segment> {
  for (let start = 0; start < text.length;) {
    const part = text.slice(start, start + MAX_SEGMENTED);
    const segments = [...segmenter.segment(part)];
    // The last one may go on in the next part.
    if (segments.length > 1 && start + part.length < text.length) segments.pop();
    for (const { segment, index } of segments) yield { segment, index: start + index };
    start += segments.reduce((sum, { segment }) => sum + segment.length, 0);
  }
}

/** The columns of a text without its colours. */
export function width(text: string): number {
  const bare = stripVTControlCharacters(text);
  // Segmenting is slow. Most texts need none.
  if (/^[ -~]*$/.test(bare)) return bare.length;
  const columns = (one: string) => (isWide(one) ? 2 : 1);
  return [...graphemes(bare)].reduce((sum, { segment }) => sum + columns(segment), 0);
}

/** As much of a text as fits. */
export function startOf(text: string, columns: number, widthOf = width): string {
  let used = 0;
  for (const { segment, index } of graphemes(text)) {
    used += widthOf(segment);
    if (used > columns) return text.slice(0, index);
  }
  return text;
}

/** A text without colours that fits. A cut one ends in `…`. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  return `${startOf(text, columns - 1).trimEnd()}…`;
}

/** Puts spaces into words that are longer than a line. */
export function breakWords(text: string, columns: number): string {
  const words = text.split(' ');
  return words.map((word) => (width(word) > columns ? breakWord(word, columns) : word)).join(' ');
}

function breakWord(word: string, columns: number): string {
  let used = 0;
  const parts = [...graphemes(word)].map(({ segment }) => {
    const needed = width(segment);
    used += needed;
    if (used <= columns) return segment;
    used = needed;
    return ` ${segment}`;
  });
  return parts.join('');
}

/** Breaks lines at spaces to fit the columns. Indents every line but the first. */
export function wrap(text: string, columns: number, indent = ''): string {
  const wrapped: string[] = [];
  for (const line of text.split('\n')) {
    const isShort = width(line) <= columns - indent.length;
    const [first = '', ...words] = isShort ? [line] : line.split(' ');
    let last = first;
    let used = width(first);
    for (const word of words) {
      const room = wrapped.length > 0 ? columns - indent.length : columns;
      const needed = width(word);
      if (used + 1 + needed <= room || needed > room) {
        last += ` ${word}`;
        used += 1 + needed;
        continue;
      }
      wrapped.push(last);
      last = word;
      used = needed;
    }
    wrapped.push(last);
  }
  return wrapped.join(`\n${indent}`);
}

/** The local time of day, to the second. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('sv');
}

/** The local date and time, to the minute. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString('sv').slice(0, 16);
}

/** A duration in its largest unit. A negative one is 0: a clock was set back. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * 86_400_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

const codes = { person: 36, agent: 35, tool: 32, policy: 33, bad: 31, dim: 2 } as const;

/** The source or the kind of a text. Each has its colour. */
export type Role = keyof typeof codes;
export type Paint = (role: Role, text: string) => string;

/** Colours texts by role, or leaves them as they are. */
export function painter(colour: boolean): Paint {
  return (role, text) => {
    if (!colour || text === '') return text;
    return `\u001b[${codes[role]}m${text}\u001b[0m`;
  };
}

/** Control and invisible characters, except the joiners of words and emoji. */
const unsafe = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Escapes everything that a terminal acts on, except line feeds. */
export function plain(text: string): string {
  const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return text.replaceAll('\r\n', '\n').replaceAll('\t', '  ').replace(unsafe, escaped);
}

/** A value as JSON that means the same and on which no terminal acts. */
export function plainJson(value: unknown): string {
  return escapeJson(JSON.stringify(value, null, 2));
}

/** Escapes the characters that JSON allows in texts and a terminal acts on. */
export function escapeJson(json: string): string {
  return json.replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\u${code.padStart(4, '0')}`;
  });
}

/** The part of a screen that texts are fitted to. */
export type Page = { readonly paint: Paint; readonly columns: () => number };

/** A printable text in the colour of its role, indented and wrapped. */
export function remark(page: Page, role: Role, text: string, indent = '     '): string {
  const painted = page.paint(role, plain(text));
  return wrap(indent + painted, page.columns(), indent);
}
