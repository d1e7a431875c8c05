import type * as z from 'zod';
import { prettifyError } from 'zod';
import { inexactNumber, isJson, MAX_DEPTH } from '../core/json.ts';
import { HttpError } from './http-errors.ts';

const MAX_BYTES = 1_048_576;

/**
 * Reads and checks a JSON body. A missing body is read as `{}`. The content type is always needed:
 * without one, a page of another site can send a request with the cookies of this one.
 * @throws HttpError
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = decode(await readBytes(request));
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

/** The bytes that a reader reads: none at the end. */
type Chunk = { readonly value?: Uint8Array | undefined };

async function readBytes({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The types of a browser have no `for await` over a stream.
  const reader = body?.getReader();
  for (;;) {
    const { value }: Chunk = (await reader?.read().catch(endedEarly)) ?? {};
    if (!value) return Buffer.concat(chunks);
    bytes += value.length;
    if (bytes > MAX_BYTES) {
      void reader?.cancel().catch(() => undefined);
      throw new HttpError(413, `The body is larger than ${MAX_BYTES} bytes.`);
    }
    chunks.push(value);
  }
}

function endedEarly(): never {
  throw new HttpError(400, 'The body ended early.');
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new HttpError(400, 'The body is not UTF-8.');
  }
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
