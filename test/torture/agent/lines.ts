import type { Readable } from 'node:stream';

/**
 * The whole lines of a stream. Only `\n` ends one, since JSON may have the other separators in its
 * texts.
 */
export async function* linesOf(stream: Readable): AsyncGenerator<string, undefined> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
