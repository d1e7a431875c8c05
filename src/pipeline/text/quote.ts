/** Quotes a path for a shell command, if it has characters that need quotes. */
export function quoted(dir: string): string {
  if (/^[\w./@+-]+$/.test(dir)) return dir;
  const escaped = dir.replaceAll(/["$`\\]/g, '\\$&');
  return `"${escaped}"`;
}
