import { expect, test } from 'vitest';
import { agent as wired } from './agent.ts';
import { answer, start } from './core/people.ts';
import { advance } from './core/loop.ts';
import { script } from './model/script.ts';
import { memoryStore } from './store/memory.ts';

test('it asks where, looks at the clock and says what it sees', async () => {
  const agent = { ...wired, model: script, store: memoryStore(), now: () => 0 };
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'what time is it?' });
  const { state } = await advance(agent, id);
  expect(state).toMatchObject({ status: 'waiting_for_human' });
  await answer(agent, state.open?.call_id ?? '', { by: 'ada', text: 'Asia/Tokyo' });
  const { events } = await advance(agent, id);
  expect(events.slice(-2)[0]).toMatchObject({
    type: 'tool_result',
    result: expect.stringMatching(/\d\d:\d\d:\d\d/),
  });
  expect(events.slice(-1)[0]).toMatchObject({ step: { intent: 'done_for_now' } });
});
