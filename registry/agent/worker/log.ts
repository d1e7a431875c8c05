import { redact, secretsIn } from '../core/sanitize.ts';

/** Writes a line to stderr without the secrets of the environment. */
export function logToStderr(line: string): void {
  console.error(escapeControls(redact(line, secretsIn(process.env))));
}

/** Escapes characters that act on a terminal: the text of an error can come from anywhere. */
export function escapeControls(line: string): string {
  const escape = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return line.replace(/[\p{Cc}\p{Cf}]/gu, escape);
}
