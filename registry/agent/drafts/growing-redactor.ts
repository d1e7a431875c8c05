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
  const formsByFirst = groupByFirst(secretForms(secrets));
  let position = 0;
  let shown = '';

  /** Returns where the part ends that can be shown: no secret starts in it and ends after it. */
  function safeEnd({ text, isWhole }: GrowingText): number {
    const escape = text.slice(position).search(escaped);
    if (isWhole && escape < 0) return text.length;
    const plain = escape < 0 ? text : text.slice(0, position + escape);
    let start = position;
    while (start < plain.length) {
      const forms = formsByFirst.get(plain.charAt(start)) ?? [];
      const rest = forms.length > 0 ? plain.slice(start) : '';
      if (forms.some((form) => form.length > rest.length && form.startsWith(rest))) return start;
      // The end of a secret may look like the start of another one.
      start += forms.find((form) => rest.startsWith(form))?.length ?? 1;
    }
    // The second half of a character may follow.
    return plain.length - (/[\ud800-\udbff]$/.test(plain) ? 1 : 0);
  }

  return (growing) => {
    const end = safeEnd(growing);
    shown += redact(growing.text.slice(position, end));
    position = end;
    return shown;
  };
}

/** Keeps the order: the longest come first. */
function groupByFirst(forms: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const form of forms) {
    const first = form.charAt(0);
    groups.set(first, [...(groups.get(first) ?? []), form]);
  }
  return groups;
}
