import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { unlessMissing } from './system-errors.ts';

/**
 * Reads a UTF-8 file, including its byte order mark. Undefined if there is no such file.
 * @throws UserError if it is not a file or not UTF-8
 */
export async function readText(path: string): Promise<string | undefined> {
  const stats = await unlessMissing(fs.stat(path));
  if (stats === undefined) return undefined;
  // Reading a pipe or a device may never end.
  if (!stats.isFile())
    throw new UserError(`${path} is not a file.`, { code: 'not-empty', hint: 'Move it away.' });
  return decode(await fs.readFile(path), path);
}

/**
 * Decodes UTF-8 without loss: encoding the text gives the same bytes again.
 * @throws UserError if the bytes are not UTF-8
 */
export function decode(bytes: Uint8Array, path: string): string {
  const text = tryDecode(bytes);
  if (text !== undefined) return text;
  throw new UserError(`${path} is not UTF-8 text.`, {
    code: 'not-empty',
    hint: 'Move it away, or save it as UTF-8.',
  });
}

/** Decodes like `decode`, but returns undefined if the bytes are not UTF-8. */
export function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
