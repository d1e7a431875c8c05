import { describe, expect, test } from 'vitest';
import { approve, answer, cancel, report, say, start } from '../core/people.ts';
import type { Agent } from '../core/agent.ts';
import { without, type Event, type Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { wrapStore, load, type Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import { viewThread } from '../core/thread-view.ts';
import { pending } from '../core/tool.ts';
import { ask, done, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { fork, lift } from './fork.ts';

const message = {
  channel: 'chat',
  from: 'ada',
  text: 'go',
  reply_to: 'room',
  idempotency_key: 'k1',
};
const yes = { approved: true, by: 'ada' };
const eve = { by: 'eve' };
const bob = { name: 'bob' };

/** An agent, and its thread as far as it goes. */
async function begin(steps: readonly Step[], options: Parameters<typeof toyAgent>[1] = {}) {
  const toy = toyAgent(steps, options);
  const { id } = await start(toy.agent, message);
  return { ...toy, id, thread: await advance(toy.agent, id) };
}

/** A thread whose tool waits for a report, which may be of use to no one. */
const waitingForReport = () =>
  begin([write, done], { onWrite: 'run', run: () => Promise.resolve(pending(60_000)) });

const newEvents = ({ events }: Thread, source: Thread) => events.slice(source.events.length);
const textOf = (agent: Agent, { events }: Thread) => agent.context(events).join('\n');

test('a copy is a new thread of the person who made it, and keeps who said what', async () => {
  const { agent, id, thread } = await begin([read, done]);
  await say(agent, id, { channel: 'chat', from: 'bob', text: 'and more' });
  const source = await load(agent.store, id);
  const copy = await fork(agent, id, eve);
  expect(copy.id).not.toBe(id);
  expect(ownerOf(copy.events)).toBe('eve');
  expect(viewThread(copy, 0).owner).toBe('eve');
  expect(await agent.store.list({ limit: 9, owner: 'eve' })).toMatchObject([{ id: copy.id }]);
  const [first] = copy.events;
  expect(first).toEqual({
    type: 'message',
    channel: 'fork',
    from: 'ada',
    text: 'go',
    at: thread.events[0]?.at,
  });
  expect(newEvents(copy, source)).toMatchObject([
    { type: 'forked', by: 'eve', thread: id, version: source.events.length },
  ]);
  expect(copy.state).toEqual({ ...source.state, fork: { by: 'eve', isHeld: true } });
  expect(await load(agent.store, copy.id)).toEqual(copy);
  expect(await load(agent.store, id)).toEqual(source);
});

test('the model reads the same as before, and that it is a copy', async () => {
  const { agent, id, thread } = await begin([read, done]);
  const copy = await fork(agent, id, eve);
  const [before, after] = [textOf(agent, thread), textOf(agent, copy)];
  expect(after).toBe(
    `${before}\n<forked>\n copied from ${id} by eve: what is above happened there`,
  );
});

test.each([
  [1, 'message forked', 'thinking'],
  [2, 'message forked', 'thinking'],
  [3, 'message tool_call tool_started handed_over forked', 'thinking'],
  [4, 'message tool_call tool_started tool_result forked', 'thinking'],
  [5, 'message tool_call tool_started tool_result tool_call forked', 'done'],
])('of the first %i events, a copy has what is settled', async (version, types, status) => {
  const { agent, id } = await begin([read, done]);
  const copy = await fork(agent, id, { ...eve, version });
  expect(typesOf(copy.events)).toBe(types);
  expect(copy.state.status).toBe(status);
  expect(copy.state.open).toBeUndefined();
});

test.each([0, 6, -1, 1.5, NaN, Infinity])('up to event %d nothing is copied', async (version) => {
  const { agent, id } = await begin([read, done]);
  await expect(fork(agent, id, { ...eve, version })).rejects.toThrow(
    `${id} can be copied up to event 1 to 5.`,
  );
  expect(await agent.store.list({ limit: 9 })).toHaveLength(1);
});

test('a copy starts with a message', async () => {
  const { agent } = toyAgent([]);
  const value = { type: 'prefetched', name: 'now', result: 1, at: message.from } as const;
  const at = '2026-01-01T00:00:00.000Z';
  await agent.store.append('t', 0, { ...value, at }, { status: 'done' });
  await agent.store.append('t', 1, { type: 'message', ...message, at }, { status: 'thinking' });
  await expect(fork(agent, 't', { ...eve, version: 1 })).rejects.toThrow('event 2 to 2');
  expect((await fork(agent, 't', { ...eve, version: 2 })).state.status).toBe('thinking');
});

test.each<readonly [string, readonly Step[], (agent: Agent, call: string) => Promise<unknown>]>([
  ['for approval', [write, write], () => Promise.resolve()],
  ['for a second person', [write, write], (agent, call) => approve(agent, call, yes)],
  ['for an answer', [ask, ask], () => Promise.resolve()],
])('a call that waits %s is left out, and the model asked again', async (_, steps, act) => {
  const { agent, id, thread, ran } = await begin(steps, { onWrite: { ask: 'two', count: 2 } });
  await act(agent, thread.state.open?.call_id ?? '');
  const copy = await fork(agent, id, eve);
  expect(typesOf(copy.events)).toBe('message forked');
  const again = await advance(agent, copy.id);
  expect(again.state.open?.call_id).toBe(`${copy.id}:2`);
  expect(ran).toEqual([]);
});

test('a call that was approved and has not started is left out, too', async () => {
  const { agent, id, thread } = await begin([write, write]);
  await approve(agent, thread.state.open?.call_id ?? '', yes);
  const copy = await fork(agent, id, eve);
  expect(typesOf(copy.events)).toBe('message forked');
});

describe('a call that had started', () => {
  test('is named as one that may have happened, to model and rules', async () => {
    const { agent, id } = await waitingForReport();
    const copy = await fork(agent, id, eve);
    expect(copy.state.status).toBe('thinking');
    expect(textOf(agent, copy)).toContain(
      '<handed_over>\n this ran when the thread was copied: it may have happened',
    );
    expect(viewThread(copy, 0).tookEffect('write')).toEqual([write]);
  });

  test('is reported to the thread that started it, and to no copy', async () => {
    const { agent, id, thread } = await waitingForReport();
    const copy = await fork(agent, id, eve);
    const call_id = thread.state.open?.call_id ?? '';
    await report(agent, call_id, { result: 'paid' });
    expect((await load(agent.store, id)).state.status).toBe('thinking');
    expect(await load(agent.store, copy.id)).toEqual(copy);
    const late: Event = {
      type: 'tool_result',
      call_id,
      attempt: 1,
      result: 'x',
      at: '2026-01-01T00:00:01.000Z',
    };
    const { length } = copy.events;
    await agent.store.append(copy.id, length, late, { status: 'thinking' });
    expect((await load(agent.store, copy.id)).state).toEqual(copy.state);
  });

  test('runs again only under a key of its own, once a person approves', async () => {
    const { agent, id, ran } = await waitingForReport();
    const { agent: other } = toyAgent([write, write], { store: agent.store, onWrite: 'run' });
    const copy = await fork(agent, id, eve);
    const waiting = await advance({ ...agent, model: other.model }, copy.id);
    expect(waiting.state.status).toBe('waiting_for_approval');
    await approve(agent, waiting.state.open?.call_id ?? '', yes);
    await advance(agent, copy.id);
    expect(ran).toEqual([`write to production ${id}:1`, `write to production ${copy.id}:6`]);
  });
});

test('a cancelled thread goes on in a copy', async () => {
  const { agent, id } = await begin([write, write]);
  await cancel(agent, id, { by: 'ada' });
  const copy = await fork(agent, id, eve);
  expect(typesOf(copy.events)).toBe('message forked');
  expect((await advance(agent, copy.id)).state.status).toBe('waiting_for_approval');
});

describe('each step of a copy needs approval', () => {
  const held = async (options: Parameters<typeof toyAgent>[1] = {}) => {
    const { agent, id, ran } = await begin([read, done], { policy: {}, ...options });
    const copy = await fork(agent, id, { ...eve, version: 1 });
    return { agent, ran, copy: await advance(agent, copy.id) };
  };

  test('although the policy lets it run, and says why', async () => {
    const { agent, copy, ran } = await held();
    expect(copy.state).toMatchObject({
      status: 'waiting_for_approval',
      open: { objection: { ask: expect.stringContaining('copied thread') } },
    });
    await expect(
      approve(agent, copy.state.open?.call_id ?? '', { approved: true, by: 'eve' }),
    ).rejects.toThrow('eve may not approve; ada, bob may.');
    await approve(agent, copy.state.open?.call_id ?? '', yes);
    const { status } = (await advance(agent, copy.id)).state;
    expect([status, ran.length]).toEqual(['done', 2]);
  });

  test.each([
    [{ ask: 'it writes', approvers: ['carl'], count: 1 }, 'waiting_for_approval'],
    [{ deny: 'never' }, 'thinking'],
  ] as const)('and the policy still decides: %j', async (onWrite, status) => {
    const { agent, id } = await begin([write, done], { onWrite });
    const copy = await fork(agent, id, { ...eve, version: 1 });
    const { events, state } = await advance(agent, copy.id);
    expect(events[2]).toMatchObject({ type: 'tool_call', objection: onWrite });
    expect(state.status).toBe(status === 'thinking' ? 'done' : status);
  });

  test('until a person lifts that, who may approve', async () => {
    const { agent, copy, ran } = await held();
    const { id } = copy;
    await expect(lift(agent, id, { name: 'eve' })).rejects.toThrow('eve may not approve');
    const lifted = await lift(agent, id, bob);
    expect(lifted.events.slice(-1)).toMatchObject([{ type: 'lifted', by: 'bob' }]);
    expect(lifted.state).toEqual({ ...copy.state, fork: { by: 'eve', isHeld: false } });
    await say(agent, id, { channel: 'test', from: 'eve', text: 'again' });
    expect(textOf(agent, lifted)).toBe(textOf(agent, copy));
    const { agent: reader } = toyAgent([read, read, done], { store: agent.store });
    expect((await advance({ ...agent, model: reader.model }, id)).state.status).toBe('done');
    expect(ran.length).toBe(2);
    await expect(lift(agent, id, bob)).rejects.toThrow(`${id} is not held`);
  });

  test('in a copy of a copy, too', async () => {
    const { agent, copy } = await held();
    await lift(agent, copy.id, bob);
    const second = await fork(agent, copy.id, { by: 'carl' });
    expect(ownerOf(second.events)).toBe('carl');
    expect((await advance(agent, second.id)).state.status).toBe('waiting_for_approval');
  });

  test('and a thread that is no copy has nothing to lift', async () => {
    const { agent, id } = await begin([done]);
    await expect(lift(agent, id, bob)).rejects.toThrow('is not held');
    await expect(lift(agent, 't_none', bob)).rejects.toThrow('There is no thread t_none.');
  });
});

test('a copy has spent what its events have, so that no budget starts again', async () => {
  const { agent, id, thread } = await begin([read, read, read], {
    policy: { budgets: { steps: 2, errorsInARow: 3, repeats: 9, tokens: 1_000 } },
  });
  expect(thread.state.open?.reason).toContain('2 steps used');
  const copy = await advance(agent, (await fork(agent, id, eve)).id);
  expect(copy.state.open?.reason).toContain('2 steps used');
});

test('the same key is the same copy', async () => {
  const { agent, id } = await begin([done]);
  const keyed = { ...eve, key: 'once' };
  const copies = await Promise.all([1, 2, 3].map(() => fork(agent, id, keyed)));
  expect(new Set(copies.map((copy) => copy.id)).size).toBe(1);
  const others = [{ ...keyed, by: 'bob' }, { ...keyed, version: 1 }, eve];
  for (const other of others) copies.push(await fork(agent, id, other));
  expect(new Set(copies.map((copy) => copy.id)).size).toBe(4);
});

test('an answer that was delivered to the source is none to the copy', async () => {
  const { agent, id, thread } = await begin([ask, done]);
  const call_id = thread.state.open?.call_id ?? '';
  await answer(agent, call_id, { by: 'ada', text: 'this', idempotency_key: 'k2' });
  const copy = await fork(agent, id, eve);
  expect(JSON.stringify(copy.events)).not.toMatch(/idempotency_key|reply_to|room/);
});

test('a store that cannot save a whole thread at once says so', async () => {
  const { agent, id } = await begin([done]);
  const store = without(wrapStore(agent.store, {}), 'create');
  const why = 'its store cannot save many events at once (create() in core/store.ts)';
  await expect(fork({ ...agent, store }, id, eve)).rejects.toMatchObject({
    message: `${id} cannot be copied: ${why}.`,
    fault: 'forbidden',
  });
});

test('if the store fails, there is no copy', async () => {
  const { agent, id } = await begin([done]);
  const create = () => Promise.reject(new Error('the disk is full'));
  const store = wrapStore(agent.store, { create });
  await expect(fork({ ...agent, store }, id, eve)).rejects.toThrow('the disk is full');
  expect(await agent.store.list({ limit: 9 })).toHaveLength(1);
});
