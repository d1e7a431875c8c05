import { ApiError, MAX_CHARACTERS } from './request.ts';

/**
 * Parses server-sent events, wherever the chunks are cut (HTML, section 9.2.6). Yields the data of
 * each event that is complete.
 * @throws ApiError for an event that does not end
 */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  let data: string[] = [];
  let length = 0;
  for await (const { lines, rest, added } of splitLines(chunks)) {
    length += added;
    if (length > MAX_CHARACTERS) {
      const error = 'The stream has an event that does not end.';
      throw new ApiError(200, { error });
    }
    for (const line of lines) {
      const value = dataOf(line);
      if (value !== undefined) data.push(value);
      if (line !== '') continue;
      length = rest.length;
      if (data.length > 0) yield data.join('\n');
      data = [];
    }
  }
}

/** Returns the value of a `data` field, undefined for every other line. */
function dataOf(line: string): string | undefined {
  const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
  return field === 'data' ? value : undefined;
}

type Split = {
  /** The lines that this chunk ends. */
  readonly lines: readonly string[];
  /** The start of the next line. */
  readonly rest: string;
  /** Characters in this chunk. */
  readonly added: number;
};

/** Splits a text at CR, LF and CRLF. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Split> {
  const decoder = new TextDecoder();
  let rest = '';
  let endsInCr = false;
  for await (const chunk of chunks) {
    const decoded = decoder.decode(chunk, { stream: true });
    // A CR at the end of the last chunk and this LF are one line end.
    const text: string = endsInCr ? decoded.replace(/^\n/, '') : decoded;
    if (decoded !== '') endsInCr = text.endsWith('\r');
    const [first = '', ...more] = text.split(/\r\n|\r|\n/);
    const lines = [rest + first, ...more];
    rest = lines.pop() ?? '';
    yield { lines, rest, added: decoded.length };
  }
}
