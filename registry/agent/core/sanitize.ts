import { eventTypes } from './thread.ts';

/** Replaces halves of surrogate pairs: providers reject a text that has one. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Cuts a text to `maxChars`, with a note of how much is missing. */
export function truncate(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.length - maxChars;
  return `${wellFormed(text.slice(0, maxChars))}\n [${cut} of ${text.length} characters cut]`;
}

const blockTag = new RegExp(`<(?=[\\s/]*(?:${eventTypes.join('|')})\\b)`, 'gi');

/** Escapes what could pass for a tag of a block. Other code and markup stays as it is. */
export function escapeTags(text: string): string {
  return text.replace(/&(?=(?:amp;)*lt;)/g, '&amp;').replace(blockTag, '&lt;');
}

export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

const secretName = /(KEY|TOKEN|SECRET|PASS|PASSWORD|PAT|DSN|CREDENTIALS)(_|$)/i;
const urlWithPassword = /:\/\/[^/]*:[^/]*@/;
const MIN_SECRET_CHARS = 8;

/** Returns the secrets of an environment, plain and as in JSON, longest first. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value = ''] of Object.entries(env)) {
    if (!secretName.test(name) && !urlWithPassword.test(value)) continue;
    const secret = value.trim();
    secrets.add(secret).add(JSON.stringify(secret).slice(1, -1));
  }
  const longEnough = [...secrets].filter(({ length }) => length >= MIN_SECRET_CHARS);
  return longEnough.sort((a, b) => b.length - a.length);
}
