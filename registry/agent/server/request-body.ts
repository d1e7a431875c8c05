import type * as z from 'zod';
import { prettifyError } from 'zod';
import { inexactNumber, isJson, MAX_DEPTH } from '../core/json.ts';
import { decodeUtf8, readBytes } from '../http/read-bytes.ts';
import { HttpError } from './http-errors.ts';

/**
 * Reads and checks a JSON body. A missing body is read as `{}`. The content type is always needed:
 * without one, a page of another site can send a request with the cookies of this one.
 * @throws HttpError, BodyError
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = decodeUtf8(await readBytes(request));
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpError(415, 'Send JSON, with content-type: application/json.');
  }
  return parseInput(schema, text === '' ? {} : parseBody(text));
}

/** @throws HttpError if the value does not match the schema */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HttpError(400, prettifyError(parsed.error).slice(0, 500));
}

function parseBody(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'The body is not JSON.');
  }
  const inexact = inexactNumber(text);
  if (inexact) throw new HttpError(400, `${inexact}: send it as a text.`);
  // The body itself is one more level.
  if (isJson(value, MAX_DEPTH + 1)) return value;
  const message = `The body is nested more than ${MAX_DEPTH} levels deep.`;
  throw new HttpError(400, message);
}
