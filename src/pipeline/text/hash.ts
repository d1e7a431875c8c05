import { createHash } from 'node:crypto';

/** sha256 of a text's UTF-8 bytes, hex. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
