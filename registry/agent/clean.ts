import { eventTypes } from './thread.ts';

/** The start of a text that is too long, with a note. */
export const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max)}\n [${text.length - max} of ${text.length} characters cut]`;

const ourTag = new RegExp(`<(?=[\\s/]*(?:${eventTypes.join('|')})\\b)`, 'gi');

/** Only what could pass for one of our tags is escaped, so code and markup stay as they are. */
export const escapeTags = (text: string): string => text.replace(/&(?=(?:amp;)*lt;)/g, '&amp;').replace(ourTag, '&lt;');

export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);

/** The values that an environment keeps under names like `..._KEY`, `..._TOKEN`; short ones would match by chance. */
export function secretsIn(env: Record<string, string | undefined>): string[] {
  const named = Object.entries(env).filter(([name]) => /(KEY|TOKEN|SECRET|PASSWORD|DATABASE_URL)$/i.test(name));
  return named.flatMap(([, value]) => (value !== undefined && value.length >= 8 ? [value] : []));
}
