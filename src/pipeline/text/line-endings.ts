/** Whether two texts are one but for line endings; two that are not there are one. */
export function same(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && lf(a) === lf(b));
}

/** A text with LF line endings. */
export function lf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** A text with the line endings that another one has. */
export function withEndingsOf(other: string, text: string): string {
  return other.includes('\r\n') ? lf(text).replaceAll('\n', '\r\n') : lf(text);
}

/** How many lines a text has. */
export function lines(text: string): number {
  return text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
}
