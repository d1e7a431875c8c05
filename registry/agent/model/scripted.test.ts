import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Event } from '../core/event.ts';
import { inOrder, scripted } from './scripted.ts';

const at = '2026-01-01T00:00:00.000Z';
const ask = (model: ReturnType<typeof scripted>, events: readonly Event[]) =>
  model({ system: '', blocks: [], events, schema: z.any(), signal: AbortSignal.timeout(1_000) });
const taken = (n: number): Event[] =>
  Array.from({ length: n }, (_, i) => ({
    type: 'tool_call',
    call_id: `t:${i}`,
    step: { intent: 'a' },
    awaits: 'result',
    at,
  }));

test('steps are played in order, by the number of tool calls in the thread', async () => {
  const model = scripted(inOrder({ intent: 'first' }, { intent: 'second' }));
  expect(await ask(model, taken(0))).toEqual({ step: { intent: 'first' } });
  expect(await ask(model, taken(1))).toEqual({ step: { intent: 'second' } });
  await expect(ask(model, taken(2))).rejects.toThrow('the script is over');
});

test('the model is marked as scripted', () => {
  expect(
    scripted(() => ({ intent: 'a' }), { about: 'It knows a.', example: 'a' }).scripted,
  ).toEqual({
    about: 'It knows a.',
    example: 'a',
  });
});
