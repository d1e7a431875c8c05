/** Returns whether two texts are equal apart from line endings. Two absent texts are equal. */
export function same(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return lf(a) === lf(b);
}

/** Converts the line endings of a text to LF. */
export function lf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** Converts the line endings of `text` to CRLF if most lines of `other` end so, otherwise to LF. */
export function withEndingsOf(other: string, text: string): string {
  const crlf = other.split('\r\n').length - 1;
  const all = other.split('\n').length - 1;
  if (crlf * 2 <= all) return lf(text);
  return lf(text).replaceAll('\n', '\r\n');
}

/** Counts the lines of a text. A newline at the end does not start another line. */
export function lines(text: string): number {
  const newlines = text.split('\n').length - 1;
  const endsInLine = text !== '' && !text.endsWith('\n');
  return endsInLine ? newlines + 1 : newlines;
}

/** Counts the lines that only one of two texts has. Repeated lines count, their order does not. */
export function countChangedLines(
  before: string,
  after: string,
): { readonly added: number; readonly removed: number } {
  const balance = new Map<string, number>();
  for (const line of lf(after).split('\n')) balance.set(line, (balance.get(line) ?? 0) + 1);
  for (const line of lf(before).split('\n')) balance.set(line, (balance.get(line) ?? 0) - 1);
  let [added, removed] = [0, 0];
  for (const count of balance.values()) {
    added += Math.max(0, count);
    removed += Math.max(0, -count);
  }
  return { added, removed };
}
