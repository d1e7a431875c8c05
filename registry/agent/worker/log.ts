import { escapeUnseen, redact } from '../core/sanitize.ts';

/** Writes a line to stderr without the secrets of the environment. */
export function logToStderr(line: string): void {
  // The text of an error can come from anywhere, and act on a terminal.
  console.error(escapeUnseen(redact(line)));
}
