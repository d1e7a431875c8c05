import { expect, test } from 'vitest';
import * as z from 'zod';
import { oneOf, pending, pendingMs, tool } from './tool.ts';

const greet = tool({
  schema: z.object({ intent: z.literal('greet'), name: z.string() }),
  timeoutMs: 1_000,
  onUnknownOutcome: 'retry',
  run: ({ name }, { idempotencyKey }) => Promise.resolve(`hello ${name} (${idempotencyKey})`),
});
const wait = { schema: z.object({ intent: z.literal('wait') }) };

test('a union of steps takes the steps in it, and nothing else', () => {
  const schema = oneOf({ greet, wait });
  expect(schema.parse({ intent: 'greet', name: 'ada' })).toEqual({ intent: 'greet', name: 'ada' });
  for (const step of [{ intent: 'greet' }, { intent: 'fly' }, {}, null, 'wait'])
    expect(schema.safeParse(step).success).toBe(false);
  expect(() => oneOf({})).toThrow('at least one');
});

test('a step that would be transformed while it is read is refused at once', () => {
  const split = {
    schema: z.object({
      intent: z.literal('split'),
      list: z.string().transform((list) => list.split(',')),
    }),
  };
  expect(() => oneOf({ split } as never)).toThrow('Transforms cannot be represented');
});

test('running a step hands its arguments and its key to the tool', async () => {
  const action = greet.action({ intent: 'greet', name: 'ada' });
  expect(action).toMatchObject({ awaits: 'result', timeoutMs: 1_000, onUnknownOutcome: 'retry' });
  const context = { idempotencyKey: 't:1', signal: AbortSignal.timeout(1_000) };
  expect(action.awaits === 'result' && (await action.run(context))).toBe('hello ada (t:1)');
});

test.each([
  [pending(5_000), 5_000],
  [{ pending: 5_000 }, undefined],
  ['pending', undefined],
  [null, undefined],
])('only pending() is pending', (result, ms) => {
  expect(pendingMs(result)).toBe(ms);
});
