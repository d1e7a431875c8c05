// @vitest-environment node
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { done, hear, read, toyAgent, write } from '../testing/toy-agent.ts';
import { advance } from './loop.ts';
import { requestHash } from './model.ts';

const schema = z.object({ intent: z.literal('read') });
const options = { io: 'input', unrepresentable: 'any' } as const;
const schemaText = JSON.stringify(z.toJSONSchema(schema, options));
const first = { type: 'message', channel: 'test', from: 'ada', at: '2026-01-01' } as const;

/** The same by other means. */
function plainHash(system: string, blocks: readonly string[], text = schemaText): string {
  const parts = [system, text, ...blocks].map((part) => `${part.length}:${part}`);
  return createHash('sha256').update(parts.join('')).digest('hex').slice(0, 16);
}

test.each<readonly [string, readonly (readonly string[])[]]>([
  ['grows block by block', [[], ['a'], ['a', 'b'], ['a', 'b', 'c', 'd']]],
  ['is asked for twice', [['a'], ['a'], ['a', 'b'], ['a', 'b']]],
  [
    'loses a block in the middle',
    [
      ['a', 'b', 'c'],
      ['a', 'c', 'd'],
      ['a', 'c', 'd', 'e'],
    ],
  ],
  ['is a shorter one again', [['a', 'b'], ['a'], ['a', 'b']]],
  ['has blocks whose ends move', [['ab', 'c'], ['a', 'bc'], ['abc']]],
  ['has characters of two units, and NUL', [['\u{1f600}'], ['\u{1f600}', '\0']]],
])('a window that %s has the hash of all that it shows', (_, windows) => {
  // Windows of one thread share its first event.
  const events = [{ ...first }];
  for (const blocks of windows)
    expect(requestHash({ system: 'Play.', schema, blocks, events })).toBe(
      plainHash('Play.', blocks),
    );
});

test.each([
  ['prompt', { system: 'Play!' }],
  ['schema', { schema: z.object({ intent: z.literal('write') }) }],
  ['block', { blocks: ['a', 'B'] }],
])('another %s has another hash', (_, change) => {
  const request = { system: 'Play.', schema, blocks: ['a', 'b'], events: [first] };
  expect(requestHash({ ...request, ...change })).not.toBe(requestHash(request));
});

test('a schema that JSON schemas cannot express has a hash', () => {
  const odd = z.object({ at: z.date(), big: z.bigint() });
  expect(requestHash({ system: '', schema: odd, blocks: [], events: [] })).toMatch(/^[\da-f]{16}$/);
});

test('an answer is saved with the hash of its request, and the model does not see it', async () => {
  const { agent } = toyAgent([read, write, done], { onWrite: 'run' });
  await hear(agent, 't_1');
  const { events } = await advance(agent, 't_1');
  const text = JSON.stringify(z.toJSONSchema(agent.tools.schema, options));
  const calls = events.filter((event) => event.type === 'tool_call');
  expect(calls.map((call) => call.request_hash)).toEqual(
    calls.map((call) => {
      const blocks = agent.context(events.slice(0, events.indexOf(call)));
      return plainHash('Play.', blocks, text);
    }),
  );
  expect(calls).toHaveLength(3);
  expect(agent.context(events).join('')).not.toContain(calls[0]?.request_hash);
});

test('an answer that is no step is saved with a hash, too', async () => {
  const { agent } = toyAgent([{ intent: 'fly' }, read, done]);
  await hear(agent, 't_1');
  const { events } = await advance(agent, 't_1');
  expect(events[1]).toMatchObject({
    type: 'model_error',
    request_hash: expect.stringMatching(/^[\da-f]{16}$/),
  });
});
