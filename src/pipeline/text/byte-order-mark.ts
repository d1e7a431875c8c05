/** Editors on Windows may start a UTF-8 file with it. Node and package managers read past it. */
const byteOrderMark = '\uFEFF';

export function withoutBom(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

/** Adds a byte order mark to `text` if `other` has one. */
export function withBomOf(other: string, text: string): string {
  return other.startsWith(byteOrderMark) ? byteOrderMark + withoutBom(text) : text;
}
