import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { unlessMissing } from './system-errors.ts';

/** A file's UTF-8 text, its byte order mark included; `undefined` where there is no such file. */
export async function readText(path: string): Promise<string | undefined> {
  const stats = await unlessMissing(fs.stat(path));
  if (stats === undefined) return undefined;
  // A pipe or a device would never end.
  if (!stats.isFile())
    throw new UserError(`${path} is not a file.`, { code: 'not-empty', hint: 'Move it away.' });
  return decode(await fs.readFile(path), path);
}

/** UTF-8 bytes as text, exactly: encoded again it is the same bytes. @throws UserError when they are not UTF-8 */
export function decode(bytes: Uint8Array, path: string): string {
  const text = asText(bytes);
  if (text !== undefined) return text;
  throw new UserError(`${path} is not UTF-8 text.`, {
    code: 'not-empty',
    hint: 'Move it away, or save it as UTF-8.',
  });
}

/** The same; `undefined` when they are not UTF-8. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether there is something of that name; a link must lead somewhere. */
export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(fs.stat(path))) !== undefined;
}
