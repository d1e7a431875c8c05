import { redact, secretsIn } from '../clean.ts';

/** Writes a line to stderr, without the secrets of the environment. */
export const toStderr = (line: string): void => console.error(redact(line, secretsIn(process.env)));
