import { expect, test } from 'vitest';
import { assertReady, modelsInUse, stamp } from '../core/agent.ts';
import type { Agent, SmallAgent } from '../core/agent.ts';
import type { Event, Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import type { Model } from '../core/model.ts';
import { answer, approve, cancel, start, threadIdFor, threadThatAsks } from '../core/people.ts';
import { updateThread } from '../core/people.ts';
import { load, wrapStore, type Thread } from '../core/store.ts';
import type { ToolContext } from '../core/tool.ts';
import { ask, done, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { children } from './children.ts';
import { childIdOf, parentOf, reportDueAt } from './family.ts';

type Options = {
  small?: readonly Step[];
  run?: (context: ToolContext) => Promise<unknown>;
};

/** An agent whose tool `read` asks the agent `small`, which takes other steps. */
async function family({ small = [done], run = askSmall }: Options = {}) {
  const { agent: other } = toyAgent(small);
  const { agent: toy, clock } = toyAgent([read, done], {
    run,
    timeoutMs: 60_000,
    longRunning: 'agents',
  });
  const { prompt, tools, policy, model } = other;
  const again = {
    prompt,
    tools: toy.tools,
    policy,
    model: toy.model,
  };
  const agents = {
    small: { prompt, tools, policy, model },
    again,
  };
  const agent: Agent = {
    ...toy,
    children: children(agents),
  };
  const message = {
    channel: 'chat',
    reply_to: 'C1',
    from: 'ada',
    text: 'go',
  };
  const { id } = await start(agent, message);
  return {
    agent,
    id,
    clock,
    load: (one: string) => load(agent.store, one),
  };
}

const askSmall = async ({ agents }: ToolContext) => await agents?.ask('small', { text: 'do it' });

const statusOf = ({ state }: Thread) => state.status;
const started = ({ events }: Thread) => events.filter((event) => event.type === 'child_started');
const firstChild = (thread: Thread) => started(thread)[0]?.thread ?? '';

test('a call gets the answer of another agent, for the same person and place', async () => {
  const { agent, id, load } = await family();
  const thread = await advance(agent, id);
  expect(statusOf(thread)).toBe('done');
  const child = await load(firstChild(thread));
  const call_id = `${id}:1`;
  expect(child.id).toBe(`${id}-1`);
  expect(child.events[0]).toMatchObject({
    from: 'ada',
    channel: 'chat',
    reply_to: 'C1',
    text: 'do it',
    agent: 'small',
    parent: { call_id },
  });
  const result = thread.events.find((event) => event.type === 'tool_result');
  expect(result?.result).toEqual({ thread: child.id });
});

test.each([
  ['t_ab12:7', undefined, 't_ab12-7'],
  ['t_ab12:7', '0', 't_ab12-7_0'],
  ['t_ab12-7_0:3', '12', 't_ab12-7_0-3_12'],
])('the child of call %s, part %s is %s', async (call_id, part, id) => {
  const parent = part === undefined ? { call_id } : { call_id, part };
  expect(await childIdOf(parent)).toBe(id);
});

test.each([
  ['t_ab12:7', 'a name'],
  ['t_ab12:7', '../x'],
  ['t_ab12:7', ''],
  [`t_${'a'.repeat(61)}:7`, undefined],
])('a child of call %s, part %j has a hash for an id', async (call_id, part) => {
  const parent = part === undefined ? { call_id } : { call_id, part };
  expect(await childIdOf(parent)).toMatch(/^t_[0-9a-f]{32}$/);
});

test('a missing setting of a model that only a small agent asks is reported', async () => {
  const { agent } = await family();
  const { small } = agent.children?.agents ?? {};
  if (!small) throw new Error('there is no small agent');
  const lacks = (name: string): Model =>
    Object.assign(() => Promise.resolve({ step: done }), { missing: () => [name] });
  const { policy } = small;
  const agents = {
    own: { ...small, model: lacks('OWN') },
    chooses: { ...small, policy: { ...policy, modelFor: () => 'a' }, models: { a: lacks('A') } },
    neverChooses: { ...small, models: { b: lacks('B') } },
  };
  const ready = (one: Agent) => () => assertReady(modelsInUse(one));
  expect(ready(agent)).not.toThrow();
  const of = (table: Record<string, SmallAgent>) => ({ ...agent, children: children(table) });
  expect(ready(of(agents))).toThrow('Set OWN and A in .env');
});

test('what a child cost counts for its parent', async () => {
  const { agent, id } = await family();
  const usage = {
    input_tokens: 5,
    output_tokens: 2,
    usd: 0.25,
  };
  const { children: hook } = agent;
  const model = () => Promise.resolve({ step: done, usage });
  const agents = {
    small: { ...hook?.agents['small'], model },
  } as never;
  const thread = await advance({ ...agent, children: children(agents) }, id);
  expect(thread.state.usage).toMatchObject(usage);
  expect(thread.state.spent).toMatchObject({
    tokens: 7,
    usd: 0.25,
  });
});

test('a child has rules of its own, and the approvers of its parent', async () => {
  const { agent, id, load } = await family({
    small: [write, done],
  });
  const thread = await advance(agent, id);
  expect(statusOf(thread)).toBe('waiting_for_result');
  const child = await threadThatAsks(load, thread);
  expect(child.id).toBe(firstChild(thread));
  expect(child.state.open?.objection).toEqual({
    ask: 'it writes',
  });
  const call = child.state.open?.call_id ?? '';
  await expect(approve(agent, call, { approved: true, by: 'eve' })).rejects.toThrow('may');
  await approve(agent, call, {
    approved: true,
    by: 'bob',
  });
  await advance(agent, child.id);
  expect(statusOf(await load(id))).toBe('done');
});

test('a parent that was cancelled while it started a child takes that with it', async () => {
  const { agent, id, load } = await family({
    small: [read, done],
  });
  const before = agent.store.append;
  const store: Agent['store'] = {
    ...agent.store,
    async append(thread, version, event, index) {
      if (event.type === 'message') await cancel(agent, id, { by: 'bob' });
      return await before(thread, version, event, index);
    },
  };
  const thread = await advance({ ...agent, store }, id);
  expect(statusOf(thread)).toBe('cancelled');
  const child = await advance(agent, firstChild(thread));
  expect(child.events.slice(-2)[0]).toMatchObject({
    type: 'cancelled',
    by: 'bob',
    reason: 'its parent was cancelled',
  });
  expect((await load(child.id)).events.some(({ type }) => type === 'tool_started')).toBe(false);
});

test.each([
  ['at once', 0],
  ['after some steps', 6],
])(
  'a child reads its parent only if that has changed, and follows its cancel %s',
  async (_, at) => {
    const { agent, id, load } = await family({ small: Array.from({ length: 8 }, () => read) });
    // The process that starts the child dies before the child runs.
    await advance({ ...agent, wake: () => undefined }, id);
    const child = firstChild(await load(id));
    let reads = 0;
    let events = 0;
    const store = wrapStore(agent.store, {
      load: async (one) => {
        if (one === id) reads += 1;
        return await agent.store.load(one);
      },
      append: async (...given) => {
        if (given[0] === child && ++events === at) await cancelAlone(agent, id);
        return await agent.store.append(...given);
      },
    });
    if (at === 0) await cancelAlone(agent, id);
    const ended = await advance({ ...agent, store, wake: () => undefined }, child);
    expect(ended.events.find(({ type }) => type === 'cancelled')).toMatchObject({ by: 'bob' });
    expect(reads).toBeLessThan(5);
  },
);

/** Cancels a thread, and not its children: as if they had not started yet. */
const cancelAlone = async (agent: Agent, id: string) =>
  await updateThread(agent, id, () => ({ type: 'cancelled', by: 'bob' }));

test('a child that has ended is due until its parent knows', async () => {
  const { agent, id, load } = await family();
  // The process that ends the child dies before it reports.
  const dying: Agent = {
    ...agent,
    wake: () => undefined,
  };
  await advance(dying, id);
  const child = await load(firstChild(await load(id)));
  let isDead = false;
  const store: Agent['store'] = {
    ...agent.store,
    async append(...given) {
      if (isDead) throw new Error('dead');
      isDead = given[2].type === 'tool_call';
      return await agent.store.append(...given);
    },
  };
  await expect(advance({ ...dying, store }, child.id)).rejects.toThrow('dead');
  expect(statusOf(await load(id))).toBe('waiting_for_result');
  const ended = await load(child.id);
  expect(reportDueAt(ended)).toBeDefined();
  const dueBefore = new Date(agent.now() + 60_000).toISOString();
  const due = await agent.store.list({
    dueBefore,
    limit: 10,
  });
  expect(due.map((info) => info.id)).toContain(child.id);
  await advance(agent, child.id);
  expect(statusOf(await load(id))).toBe('done');
  expect(reportDueAt(await load(child.id))).toBeUndefined();
});

test('a parent that is due looks at its child, and waits on', async () => {
  const { agent, id, clock, load } = await family({
    small: [ask, done],
  });
  const thread = await advance(agent, id);
  for (const day of [1, 2, 3, 4, 5, 6]) {
    clock.ms += 86_400_001;
    const now = await advance({ ...agent, wake: () => undefined }, id);
    expect(now.state).toMatchObject({
      status: 'waiting_for_result',
      open: { attempt: day + 1 },
    });
  }
  expect(started(await load(id))).toHaveLength(1);
  expect(started(thread)).toHaveLength(1);
});

test('a child that an earlier version named goes on, and no other is started', async () => {
  const { agent, id, clock, load } = await family({ small: [ask, done] });
  const child = await threadIdFor('agents', JSON.stringify([`${id}:1`, '']));
  const rename = (one: string) => (one === `${id}-1` ? child : one);
  const earlier = wrapStore(agent.store, {
    load: (one) => agent.store.load(rename(one)),
    append: (one, version, event, index) => {
      const isStart = event.type === 'child_started';
      const named = isStart ? { ...event, thread: child } : event;
      return agent.store.append(rename(one), version, named, index);
    },
  });
  await advance({ ...agent, store: earlier, wake: () => undefined }, id);
  clock.ms += 86_400_001;
  await advance(agent, id);
  expect(started(await load(id)).map(({ thread }) => thread)).toEqual([child]);
  expect((await load(`${id}-1`)).events).toEqual([]);
  const { call_id = '' } = (await load(child)).state.open ?? {};
  await answer(agent, call_id, { by: 'ada', text: 'yes' });
  await advance(agent, child);
  expect(statusOf(await load(id))).toBe('done');
});

test('children are three deep at most', async () => {
  const run = async ({ agents }: ToolContext) => await agents?.ask('again', { text: 'deeper' });
  const { agent, id, load } = await family({ run });
  await advance(agent, id);
  const errors: Event[] = [];
  let depth = 0;
  for (let next = id; next !== ''; depth += 1) {
    const thread = await load(next);
    errors.push(...thread.events.filter(({ type }) => type === 'tool_error'));
    next = firstChild(thread);
  }
  expect(depth).toBe(4);
  expect(errors).toMatchObject([{ error: 'Threads start others 3 deep at most.' }]);
});

test('an agent that is gone is an error, and its threads do not run as another', async () => {
  const run = async ({ agents }: ToolContext) => await agents?.ask('gone', { text: 'x' });
  const { agent, id, load } = await family({ run });
  const thread = await advance(agent, id);
  expect(thread.events.find(({ type }) => type === 'tool_error')).toMatchObject({
    error: expect.stringContaining('agents in agent.ts has no'),
  });
  const { agent: other, id: parent } = await family({
    small: [ask, done],
  });
  const child = firstChild(await advance(other, parent));
  const without: Agent = {
    ...other,
    children: children({}),
  };
  await expect(advance(without, child)).rejects.toThrow('has no small');
  expect(await load(child)).toMatchObject({
    events: [],
  });
});

test('a task is for the person of the parent, and its data becomes JSON', async () => {
  const task = {
    text: 'x',
    data: { n: BigInt(2 ** 64) },
    from: 'eve',
    channel: 'other',
    agent: 'again',
  };
  const run = async ({ agents }: ToolContext) => await agents?.ask('small', task);
  const { agent, id, load } = await family({ run });
  const thread = await advance(agent, id);
  expect(statusOf(thread)).toBe('done');
  const [first] = (await load(firstChild(thread))).events;
  const place = { from: 'ada', channel: 'chat', reply_to: 'C1', agent: 'small' };
  expect(first).toMatchObject({ ...place, text: 'x', data: { n: String(BigInt(2 ** 64)) } });
});

test('a thread that begins with a value is of the agent that its first message names', async () => {
  const { agent, load } = await family();
  const id = await threadIdFor('chat', 'C2');
  const { at } = stamp(agent, prefetched);
  await agent.store.append(id, 0, { ...prefetched, at }, { status: 'done' });
  const message = { channel: 'chat', from: 'ada', text: 'go', agent: 'small' };
  await start(agent, message, 'C2');
  await advance(agent, id);
  const { events } = await load(id);
  expect(typesOf(events)).toBe('prefetched message tool_call');
  const parent = { call_id: 't_1:1' };
  const child: Event = { type: 'message', ...message, parent, at };
  expect(parentOf([{ ...prefetched, at }, child])).toEqual(parent);
});

const prefetched = { type: 'prefetched', name: 'releases', result: 7 } as const;
