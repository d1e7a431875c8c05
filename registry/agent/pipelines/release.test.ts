import { expect, test } from 'vitest';
import { children } from '../children/children.ts';
import { advance } from '../core/loop.ts';
import { approve, start } from '../core/people.ts';
import { toyAgent } from '../testing/toy-agent.ts';
import { release } from './release.ts';

test.each([
  [true, '1.4.2 is released.'],
  [false, 'not today'],
])('checks run, then a person decides: approved is %s', async (approved, end) => {
  const { agent: toy } = toyAgent([]);
  const agent = { ...toy, children: children({ main: release }) };
  const message = { channel: 'test', from: 'ada', text: '1.4.2' };
  const { id } = await start(agent, message);
  const asking = await advance(agent, id);
  expect(asking.state.open?.step).toEqual({ intent: 'release', version: '1.4.2' });
  const call_id = asking.state.open?.call_id ?? '';
  await approve(agent, call_id, { approved, by: 'ada', comment: 'not today' });
  const { events } = await advance(agent, id);
  const last = events.filter((event) => event.type === 'tool_call').slice(-1)[0];
  const text = last?.step['message'] ?? last?.step['question'];
  expect(text).toContain(end);
});
