import { redactor, secretForms } from '../core/sanitize.ts';
import type { GrowingText } from './step-reader.ts';

/** Marks the start of escapes: what follows may be a secret that only a whole text shows. */
const escaped = /\\(?:u|\/|$)/;

/**
 * Redacts a text that grows. It holds back what may be the start of a secret, so that each result
 * is the start of the next.
 */
export function growingRedactor(secrets: readonly string[]): (growing: GrowingText) => string {
  const redact = redactor(secrets);
  const forms = secretForms(secrets);
  const firsts = new Set(forms.map((form) => form.charAt(0)));
  const longest = forms[0]?.length ?? 0;
  let position = 0;
  let shown = '';

  function mayStart(rest: string): boolean {
    if (!firsts.has(rest.charAt(0))) return false;
    return forms.some((form) => form.length > rest.length && form.startsWith(rest));
  }

  /** Returns where the part ends that can be shown. */
  function safeEnd({ text, isWhole }: GrowingText): number {
    const escape = text.slice(position).search(escaped);
    if (escape >= 0) return position + escape;
    if (isWhole) return text.length;
    for (let start = Math.max(position, text.length - longest); start < text.length; start += 1)
      if (mayStart(text.slice(start))) return start;
    // The second half of a character may follow.
    return text.length - (/[\ud800-\udbff]$/.test(text) ? 1 : 0);
  }

  return (growing) => {
    const end = safeEnd(growing);
    shown += redact(growing.text.slice(position, end));
    position = end;
    return shown;
  };
}
