/** One event of a stream. */
export type ServerSentEvent = {
  /** The type of the event; `message` if it has none. */
  readonly event: string;
  readonly data: string;
};

/** Limit of one event: anything longer does not end. */
const MAX_CHARACTERS = 2 ** 26;

/** A stream has an event that does not end. */
export class EndlessEvent extends Error {}

/**
 * Parses server-sent events, wherever the chunks are cut (HTML, section 9.2.6). Yields each event
 * that is complete and has data. Works in browsers.
 * @throws EndlessEvent
 */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  let event = '';
  let data: string[] = [];
  let length = 0;
  for await (const { lines, rest, added } of splitLines(chunks)) {
    length += added;
    if (length > MAX_CHARACTERS) {
      throw new EndlessEvent('The stream has an event that does not end.');
    }
    for (const line of lines) {
      const { field, value } = readLine(line);
      if (field === 'event') event = value;
      if (field === 'data') data.push(value);
      if (line !== '') continue;
      length = rest.length;
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
      event = '';
      data = [];
    }
  }
}

function readLine(line: string) {
  const [, field = '', value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
  return { field, value };
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
