import { afterAll, describe, expect, test } from 'vitest';
import { answer, approve } from '../../registry/agent/core/people.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { storeContract } from '../../registry/agent/store/contract.ts';
import {
  ask,
  done,
  hear,
  toyAgent,
  typesOf,
  write,
} from '../../registry/agent/testing/toy-agent.ts';
import { closePlaces, newSpace, places } from '../support/generated/store-places.ts';

afterAll(closePlaces);

describe.each(places.filter(({ isShared }) => isShared))('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});
  storeContract(place.name, () => place.open());

  test('continues a paused thread from another connection', { timeout: 60_000 }, async () => {
    const space = newSpace();
    const first = { ...toyAgent([write, ask, done]).agent, store: await place.open(space) };
    await hear(first, 't');
    const paused = await advance(first, 't');
    const second = { ...toyAgent([write, ask, done]).agent, store: await place.open(space) };
    await approve(second, paused.state.open?.call_id ?? '', { approved: true, by: 'ada' });
    const asked = await advance(second, 't');
    await answer(second, asked.state.open?.call_id ?? '', { by: 'ada', text: 'the second' });
    const { events, state } = await advance(second, 't');
    expect(state.status).toBe('done');
    expect(typesOf(events)).toBe(
      'message tool_call approval tool_started tool_result tool_call human_response tool_call',
    );
    expect(await first.store.load('t')).toEqual(events);
    expect(await second.store.list({ limit: 9, status: 'done' })).toMatchObject([
      { id: 't', version: 8 },
    ]);
  });

  test(
    'accepts one of 200 contradictory answers from four connections',
    { timeout: 60_000 },
    async () => {
      const space = newSpace();
      const agents = await Promise.all(
        Array.from({ length: 4 }, async () => ({
          ...toyAgent([write]).agent,
          store: await place.open(space),
        })),
      );
      const [agent] = agents;
      if (agent === undefined) throw new Error('no agent');
      await hear(agent, 't');
      const call = (await advance(agent, 't')).state.open?.call_id ?? '';
      const answers = Array.from({ length: 200 }, (_, n) =>
        approve(agents[n % 4] ?? agent, call, { approved: n % 3 === 0, by: 'ada' }),
      );
      const settled = await Promise.allSettled(answers);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(typesOf(await agent.store.load('t'))).toBe('message tool_call approval');
    },
  );
});
