/** Editors on Windows may start a UTF-8 file with it. Node and package managers read past it. */
export const byteOrderMark = '\uFEFF';

export function withoutBom(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}
