import { eventTypes } from './thread.ts';

/** Without halves of characters: providers refuse a text that has one. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** The start of a text that is too long, with a note. */
export const truncate = (text: string, max: number): string =>
  text.length <= max
    ? text
    : `${wellFormed(text.slice(0, max))}\n [${text.length - max} of ${text.length} characters cut]`;

const ourTag = new RegExp(`<(?=[\\s/]*(?:${eventTypes.join('|')})\\b)`, 'gi');

/** Only what could pass for one of our tags is escaped, so code and markup stay as they are. */
export const escapeTags = (text: string): string =>
  text.replace(/&(?=(?:amp;)*lt;)/g, '&amp;').replace(ourTag, '&lt;');

export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);

/** The values that an environment keeps under names like `..._KEY`, or that hold a password; the longest first. */
export function secretsIn(env: Record<string, string | undefined>): string[] {
  const isSecret = ([name, value = '']: [string, string | undefined]) =>
    /(KEY|TOKEN|SECRET|PASS|PASSWORD|PAT|DSN|CREDENTIALS)(_|$)/i.test(name) ||
    /:\/\/[^/]*:[^/]*@/.test(value);
  const values = Object.entries(env)
    .filter(isSecret)
    .map(([, value = '']) => value.trim());
  const written = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  return [...new Set(written)]
    .filter(({ length }) => length >= 8)
    .sort((a, b) => b.length - a.length);
}
