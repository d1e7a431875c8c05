import { redact, secretsIn } from '../core/sanitize.ts';

/** Writes a line to stderr, without the secrets of the environment. */
export const toStderr = (line: string): void =>
  console.error(printable(redact(line, secretsIn(process.env))));

/** One line in which nothing acts on a terminal: anybody may have said what failed. */
export const printable = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
