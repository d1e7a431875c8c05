import { createHash } from 'node:crypto';

/** Returns the sha256 of a text's UTF-8 bytes, in hex. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
