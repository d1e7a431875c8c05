/** `dir` as one writes it after `cd`. */
export function quoted(dir: string): string {
  return /^[\w./@+-]+$/.test(dir) ? dir : `"${dir.replaceAll(/["$`\\]/g, '\\$&')}"`;
}
