import { describe, expect, test } from 'vitest';
import { advance } from '../core/loop.ts';
import { threadIdFor } from '../core/people.ts';
import { load } from '../core/store.ts';
import { ask, done, typesOf, write } from '../testing/toy-agent.ts';
import { takeMessage, type Incoming } from './inbox.ts';
import { tellingAgent, toyPeople } from './toy-channel.ts';

const mention: Incoming = {
  channel: 'toy',
  account: 'toy:ADA',
  conversation: 'T1:C1:100',
  key: 'T1:C1:100',
  text: 'ship it',
  reply_to: 'T1:C1:100',
  starts: true,
};
const reply = {
  ...mention,
  key: 'T1:C1:101',
  text: 'the second',
  starts: false,
};
const stranger = { account: 'toy:NO-ONE' };

test('a mention starts a thread, as the person behind the account', async () => {
  const { agent } = tellingAgent([done]);
  const thread = await takeMessage(agent, toyPeople, mention);
  expect(thread?.id).toBe(await threadIdFor('toy', 'T1:C1:100'));
  expect(thread?.events[0]).toMatchObject({ from: 'ada', text: 'ship it', reply_to: 'T1:C1:100' });
});

test('the same message again changes nothing, and 16 at once start one thread', async () => {
  const { agent } = tellingAgent([done]);
  const many = Array.from({ length: 16 }, () => takeMessage(agent, toyPeople, mention));
  const threads = await Promise.all(many);
  expect(new Set(threads.map((thread) => thread?.id)).size).toBe(1);
  const again = await takeMessage(agent, toyPeople, { ...mention, starts: false });
  expect(typesOf(again?.events ?? [])).toBe('message');
});

test('a reply to a conversation that has no thread starts nothing, and marks nothing', async () => {
  const { agent } = tellingAgent([done]);
  expect(await takeMessage(agent, toyPeople, { ...mention, starts: false })).toBeUndefined();
  expect(await agent.store.list({ limit: 10 })).toEqual([]);
  expect(await takeMessage(agent, toyPeople, mention)).toBeDefined();
});

test('a reply answers a question, once', async () => {
  const { agent } = tellingAgent([ask, done]);
  const { id } = (await takeMessage(agent, toyPeople, mention)) ?? { id: '' };
  await advance(agent, id);
  const many = Array.from({ length: 8 }, () => takeMessage(agent, toyPeople, reply));
  await Promise.all(many);
  await advance(agent, id);
  await takeMessage(agent, toyPeople, reply);
  const { events } = await load(agent.store, id);
  expect(typesOf(events)).toBe('message tool_call human_response tool_call');
  expect(events[2]).toMatchObject({ by: 'ada', text: 'the second' });
});

test('a message that says "approved" is a message, and approves nothing', async () => {
  const { agent, ran } = tellingAgent([write, done]);
  const { id } = (await takeMessage(agent, toyPeople, mention)) ?? { id: '' };
  await advance(agent, id);
  await takeMessage(agent, toyPeople, { ...reply, text: 'approved' });
  await advance(agent, id);
  const { events } = await load(agent.store, id);
  expect(typesOf(events)).toBe('message tool_call message tool_call');
  expect(ran).toEqual([]);
});

describe('refused', () => {
  test('a stranger starts nothing', async () => {
    const { agent } = tellingAgent([done]);
    await expect(takeMessage(agent, toyPeople, { ...mention, ...stranger })).rejects.toThrow(
      'toy:NO-ONE may not start a thread',
    );
  });

  test('a stranger does not speak in a thread of others', async () => {
    const { agent } = tellingAgent([done]);
    await takeMessage(agent, toyPeople, mention);
    await expect(takeMessage(agent, toyPeople, { ...reply, ...stranger })).rejects.toThrow(
      'may not speak here',
    );
  });

  test('more than the limit of starts in a day, until the day is over', async () => {
    const { agent, clock } = tellingAgent([done]);
    const startOne = (n: number) => {
      const key = `T1:C1:20${n}`;
      return takeMessage(agent, toyPeople, { ...mention, conversation: key, key });
    };
    for (const n of [1, 2, 3]) await startOne(n);
    await expect(startOne(4)).rejects.toThrow('ada has started 3 threads in 24 hours');
    expect(await startOne(3)).toBeDefined();
    clock.ms += 86_400_001;
    expect(await startOne(4)).toBeDefined();
  });

  test('a message to a cancelled thread', async () => {
    const { agent } = tellingAgent([done]);
    const { id } = (await takeMessage(agent, toyPeople, mention)) ?? { id: '' };
    const { cancel } = await import('../core/people.ts');
    await cancel(agent, id, { by: 'ada' });
    await expect(takeMessage(agent, toyPeople, reply)).rejects.toThrow('was cancelled');
  });
});

test('an account without a person speaks under its own name where it may', async () => {
  const { agent } = tellingAgent([done]);
  const open = {
    ...toyPeople,
    mayStart: () => true,
  };
  const thread = await takeMessage(agent, open, { ...mention, ...stranger });
  expect(thread?.events[0]).toMatchObject({ from: 'toy:NO-ONE' });
});
