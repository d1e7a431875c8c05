import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { EndlessEvent, parseServerSentEvents } from './server-sent-events.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function parse(chunks: Iterable<Uint8Array>) {
  const events = [];
  for await (const event of parseServerSentEvents(Readable.from(chunks))) events.push(event);
  return events;
}

const stream = [
  '\ufeff: a comment',
  'retry: 1000',
  '',
  'id: 1',
  'data: {"text":"schön 🚀"}',
  '',
  'event:two: lines',
  'data:one',
  'data:  two',
  'data',
  'datum: no',
  ': between',
  '',
  'event: empty',
  '',
  'data: 三',
  '',
  'data: cut off',
];
const said = [
  { event: 'message', data: '{"text":"schön 🚀"}' },
  { event: 'two: lines', data: 'one\n two\n' },
  { event: 'message', data: '三' },
];

test.each(['\n', '\r\n', '\r'])(
  'events are the same wherever the stream is cut, with lines ended by %j',
  async (end) => {
    const whole = bytes(stream.join(end));
    expect(await parse([whole])).toEqual(said);
    expect(await parse([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(said);
    for (let at = 0; at <= whole.length; at++) {
      const cut = [whole.subarray(0, at), new Uint8Array(), whole.subarray(at)];
      expect(await parse(cut), `cut at ${at}`).toEqual(said);
    }
  },
);

test('an event that does not end is an error', { timeout: 30_000 }, async () => {
  function* endless() {
    yield bytes('data: ');
    for (;;) yield new Uint8Array(8_000_000).fill(97);
  }
  await expect(parse(endless())).rejects.toThrow(EndlessEvent);
  function* lines() {
    for (;;) yield bytes(`data: ${'a'.repeat(8_000_000)}\n`);
  }
  await expect(parse(lines())).rejects.toThrow(EndlessEvent);
});
