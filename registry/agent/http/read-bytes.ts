/** A request whose body cannot be used. `status` is that of the HTTP response. */
export class BodyError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const MAX_BYTES = 1_048_576;

/** The bytes that a reader reads: none at the end. */
type Chunk = { readonly value?: Uint8Array | undefined };

/** Reads the bytes of a body as they were sent. @throws BodyError if there are too many */
export async function readBytes(
  { body }: Pick<Request, 'body'>,
  maxBytes = MAX_BYTES,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The types of a browser have no `for await` over a stream.
  const reader = body?.getReader();
  for (;;) {
    const { value }: Chunk = (await reader?.read().catch(endedEarly)) ?? {};
    if (!value) return Buffer.concat(chunks);
    bytes += value.length;
    if (bytes > maxBytes) {
      void reader?.cancel().catch(() => undefined);
      throw new BodyError(413, `The body is larger than ${maxBytes} bytes.`);
    }
    chunks.push(value);
  }
}

function endedEarly(): never {
  throw new BodyError(400, 'The body ended early.');
}

/** Decodes UTF-8. @throws BodyError for other bytes */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new BodyError(400, 'The body is not UTF-8.');
  }
}
