import { stripVTControlCharacters } from 'node:util';

/** The columns that a text takes, colours aside. */
export const width = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks lines at spaces so that they fit; every line but the first gets `indent`. */
export function wrap(text: string, columns: number, indent = ''): string {
  const folded: string[] = [];
  for (const line of text.split('\n')) {
    const [first = '', ...words] =
      width(line) <= columns - indent.length ? [line] : line.split(' ');
    let last = first;
    for (const word of words) {
      const room = columns - (folded.length > 0 ? indent.length : 0);
      const isTooLong = width(`${last} ${word}`) > room && width(word) <= room;
      if (isTooLong) folded.push(last);
      last = isTooLong ? word : `${last} ${word}`;
    }
    folded.push(last);
  }
  return folded.join(`\n${indent}`);
}

/** The time of day here, to the second. */
export const clock = (iso: string): string => new Date(iso).toLocaleTimeString('sv');

/** The date and the time here, to the minute. */
export const moment = (iso: string): string => new Date(iso).toLocaleString('sv').slice(0, 16);

/** How long `ms` is, in the one unit that says most; none, if a clock was set back. */
export function duration(ms: number): string {
  if (ms < 0) return '0.0 s';
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 2 * 86_400_000
    ? `${Math.round(ms / 3_600_000)} h`
    : `${Math.round(ms / 86_400_000)} d`;
}

const codes = { person: 36, agent: 35, tool: 32, policy: 33, bad: 31, dim: 2 } as const;

/** Who or what a text is of; each has its colour. */
export type Role = keyof typeof codes;
export type Paint = (role: Role, text: string) => string;

/** Colours texts by who speaks, or leaves them as they are. */
export const painter =
  (colour: boolean): Paint =>
  (role, text) =>
    colour && text !== '' ? `\u001b[${codes[role]}m${text}\u001b[0m` : text;

/** Control characters, and those that hide or reorder text; joiners stay, since words and emoji need them. */
const unsafe = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A text that no terminal takes for a command: of what is not printable, only line feeds are left. */
export const plain = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .replace(unsafe, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/** JSON in which no text can act on a terminal. It means the same. */
export const plainJson = (value: unknown): string => escapeControls(JSON.stringify(value, null, 2));

/** Escapes what JSON allows in its texts and a terminal acts on. */
export const escapeControls = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What a text is fitted to. */
export type Page = { readonly paint: Paint; columns(): number };

/** A remark in its role's colour, indented and folded; nothing in it acts on the terminal. */
export const remark = (
  { paint, columns }: Page,
  role: Role,
  text: string,
  indent = '     ',
): string => wrap(indent + paint(role, plain(text)), columns(), indent);
