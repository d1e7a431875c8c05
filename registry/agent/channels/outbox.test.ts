import { describe, expect, test, vi } from 'vitest';
import type { Agent } from '../core/agent.ts';
import { advance } from '../core/loop.ts';
import { editCall } from '../core/edit.ts';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { load, type Thread } from '../core/store.ts';
import { memoryStore } from '../store/memory.ts';
import { ask, done, write } from '../testing/toy-agent.ts';
import { Undeliverable, type Notice } from './channel.ts';
import { toyPeople, tellingAgent } from './toy-channel.ts';

const HOUR = 3_600_000;
const never = new AbortController().signal;
const origin = {
  from: 'zoe',
  channel: 'toy',
  reply_to: 'ROOM',
  idempotency_key: 'k',
};

/** Starts a thread, advances it, and sends what is due. */
async function begin(agent: Agent, message: Partial<typeof origin> & { from?: string } = origin) {
  const { id } = await start(agent, { from: 'ada', text: 'go', channel: 'toy', ...message });
  return proceed(agent, id);
}

async function proceed(agent: Agent, id: string): Promise<Thread> {
  await advance(agent, id);
  await agent.outbox?.send(agent, id, never);
  return load(agent.store, id);
}

const told = (sent: readonly Notice[]) => sent.map(({ kind, to }) => `${kind} ${to}`);
const dueOf = async ({ store }: Agent, id: string) =>
  (await store.list({ limit: 10 })).find((one) => one.id === id)?.due;

test('an approval goes to those who may give it, and to where the thread came from', async () => {
  const { agent, toy } = tellingAgent([write, done]);
  const { id, state } = await begin(agent);
  expect(told(toy.sent)).toEqual(['approval ROOM', 'approval ADA', 'approval BOB']);
  expect(toy.sent.map(({ person }) => person)).toEqual([undefined, 'ada', 'bob']);
  expect(toy.sent[0]).toMatchObject({ text: 'it writes', step: write, call_id: `${id}:1` });
  expect(state.status).toBe('waiting_for_approval');
});

test('an owner who may approve gets the request once, where the thread came from', async () => {
  const { agent, toy } = tellingAgent([write]);
  await begin(agent, { ...origin, from: 'ada' });
  expect(told(toy.sent)).toEqual(['approval ROOM', 'approval BOB']);
});

test('an owner who may approve, and whose place is gone: the request escalates', async () => {
  const { agent, toy } = tellingAgent([write], {
    onWrite: { ask: 'it writes', approvers: ['ada'] },
  });
  toy.fail = ({ to }) => {
    if (to === 'ROOM') throw new Undeliverable('no such room');
  };
  await begin(agent, { ...origin, from: 'ada' });
  expect(told(toy.sent)).toEqual(['approval EVE']);
});

test('a request that reaches no one is an error, for the log', async () => {
  const people = { ...toyPeople, escalation: { to: [], afterMs: 0 } };
  const { agent } = tellingAgent([ask], { people });
  const message = { from: 'zoe', text: 'go', channel: 'http' };
  const { id } = await start(agent, message);
  await advance(agent, id);
  await expect(agent.outbox?.send(agent, id, never)).rejects.toThrow('No one is told of');
});

test('the answer names all who approved, or the arguments that a person chose', async () => {
  const onWrite = { ask: 'it writes', count: 2 };
  const { agent, toy } = tellingAgent([write, done], { onWrite });
  const { id } = await begin(agent);
  await approve(agent, `${id}:1`, { approved: true, by: 'ada' });
  await approve(agent, `${id}:1`, { approved: true, by: 'bob' });
  await proceed(agent, id);
  expect(toy.sent[3]).toMatchObject({ kind: 'answered', text: 'Approved by ada and bob.' });
  const other = tellingAgent([write, done]);
  const thread = await begin(other.agent);
  const step = { ...write, to: 'staging' };
  await editCall(other.agent, `${thread.id}:1`, { step, by: 'ada' });
  await proceed(other.agent, thread.id);
  const text = 'Edited by ada, to {"to":"staging"}.';
  expect(other.toy.sent[3]).toMatchObject({ kind: 'answered', text, step });
});

test('each place that was asked is told who answered, and the first one, the end', async () => {
  const { agent, toy } = tellingAgent([write, { ...done, message: 'All done.' }]);
  const { id } = await begin(agent);
  await approve(agent, `${id}:1`, { approved: true, by: 'ada' });
  toy.sent.splice(0);
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['answered ROOM', 'answered ADA', 'answered BOB', 'ended ROOM']);
  expect(toy.sent[1]).toMatchObject({ text: 'Approved by ada.', request: 'ref2', step: write });
  toy.sent.splice(0);
  await proceed(agent, id);
  expect(toy.sent).toEqual([]);
});

test('deliveries change no status, and the model does not see them', async () => {
  const { agent } = tellingAgent([ask]);
  const thread = await begin(agent);
  expect(thread.events.some(({ type }) => type === 'delivery')).toBe(true);
  expect(thread.state).toMatchObject({ status: 'waiting_for_human', open: { step: ask } });
  expect(agent.context(thread.events).join('')).not.toMatch(/delivery|ROOM/);
});

const recipients: [
  string,
  Parameters<typeof begin>[1],
  readonly (typeof ask | typeof write)[],
  string[],
][] = [
  ['a question goes to where the thread came from', origin, [ask], ['question ROOM']],
  ['without that, to the owner', { channel: 'http' }, [ask], ['question ADA']],
  [
    'without that, to the people of the escalation',
    { channel: 'http', from: 'zoe' },
    [ask],
    ['question EVE'],
  ],
];
test.each(recipients)('%s', async (_, message, steps, expected) => {
  const { agent, toy } = tellingAgent(steps);
  await begin(agent, message);
  expect(told(toy.sent)).toEqual(expected);
});

test('a thread that fails is told to where it came from, else to the escalation', async () => {
  for (const [message, to] of [
    [origin, 'ROOM'],
    [{ channel: 'http' }, 'EVE'],
  ] as const) {
    const expiry = {
      afterMs: HOUR / 2,
      outcome: 'failed',
    } as const;
    const { agent, toy, clock } = tellingAgent([ask], { policy: { expiry } });
    const { id } = await begin(agent, message);
    clock.ms += HOUR;
    await proceed(agent, id);
    expect(told(toy.sent)).toContain(`failed ${to}`);
  }
});

test('a request that a budget makes is told too', async () => {
  const budgets = {
    steps: 0,
    errorsInARow: 3,
    repeats: 3,
    tokens: 1_000,
  };
  const { agent, toy } = tellingAgent([], { policy: { budgets } });
  await begin(agent);
  expect(told(toy.sent)).toEqual(['handed_over ROOM']);
});

test('reminders and the escalation come at their times, until someone answers', async () => {
  const { agent, toy, clock } = tellingAgent([ask, done]);
  const { id } = await begin(agent);
  const steps: [number, string[]][] = [
    [0.5 * HOUR, []],
    [1 * HOUR, ['question ROOM']],
    [1.5 * HOUR, []],
    [2 * HOUR, ['question EVE']],
    [9 * HOUR, []],
  ];
  const began = clock.ms;
  for (const [ms, expected] of steps) {
    clock.ms = began + ms;
    toy.sent.splice(0);
    await proceed(agent, id);
    expect([ms, ...told(toy.sent)]).toEqual([ms, ...expected]);
  }
  await answer(agent, `${id}:1`, { by: 'ada', text: 'that one' });
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['answered ROOM', 'answered ROOM', 'answered EVE', 'ended ROOM']);
});

test('the store knows when something is to be sent: at once, a reminder, a retry', async () => {
  const { agent, toy, clock } = tellingAgent([ask]);
  const began = clock.ms;
  const { id } = await start(agent, { ...origin, text: 'go' });
  await advance(agent, id);
  expect(await dueOf(agent, id)).toBe(new Date(began).toISOString());
  toy.fail = () => {
    throw new Error('away');
  };
  await proceed(agent, id);
  expect(await dueOf(agent, id)).toBe(new Date(began + 5_000).toISOString());
  toy.fail = undefined;
  clock.ms += 5_001;
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['question ROOM']);
  expect(await dueOf(agent, id)).toBe(new Date(began + HOUR).toISOString());
});

test('an ended thread is due until its end is told', async () => {
  const { agent, toy, clock } = tellingAgent([done]);
  toy.fail = () => {
    throw new Error('away');
  };
  const { id, state } = await begin(agent);
  expect(state.status).toBe('done');
  expect(await dueOf(agent, id)).toBe(new Date(clock.ms + 5_000).toISOString());
  toy.fail = undefined;
  clock.ms += 5_001;
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['ended ROOM']);
  expect(await dueOf(agent, id)).toBeUndefined();
});

test('a failure that says how long to wait is retried then', async () => {
  const { agent, toy, clock } = tellingAgent([ask]);
  toy.fail = () => {
    throw Object.assign(new Error('too fast'), { retryAfterMs: 30_000 });
  };
  const { id } = await begin(agent);
  expect(await dueOf(agent, id)).toBe(new Date(clock.ms + 30_000).toISOString());
});

test('an address that does not exist is tried once, and the request escalates', async () => {
  const { agent, toy } = tellingAgent([ask]);
  toy.fail = ({ to }) => {
    if (to === 'ROOM') throw new Undeliverable('no such room');
  };
  const { events } = await begin(agent);
  expect(told(toy.sent)).toEqual(['question EVE']);
  const failed = events.find((event) => event.type === 'delivery' && event.state === 'failed');
  expect(failed).toMatchObject({ error: 'no such room' });
});

test('a request that too few people can approve escalates at once', async () => {
  const onWrite = {
    ask: 'it writes',
    approvers: ['ada'],
    notRequester: true,
  };
  const { agent, toy } = tellingAgent([write], { onWrite });
  await begin(agent, { ...origin, from: 'ada' });
  expect(told(toy.sent)).toContain('approval EVE');
});

test('a request says who asked, and for what', async () => {
  const { agent, toy } = tellingAgent([write]);
  const text = 'Bring it\n to production: 1\npull_request: 43';
  const data = { pull_request: 42, tests: { failed: 0 }, log: 'a\npull_request: 43' };
  const { id } = await start(agent, { ...origin, text, data });
  await proceed(agent, id);
  const about = [
    'zoe: Bring it to production: 1 pull_request: 43',
    'pull_request: 42',
    'tests:',
    ' failed: 0',
    'log: a',
    '  pull_request: 43',
  ];
  expect(toy.sent[0]?.about?.split('\n')).toEqual(about);
});

test('what a request is for is cut, and has no secrets', async () => {
  vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
  const { agent, toy } = tellingAgent([write]);
  const text = `tok-of-the-shop ${'x'.repeat(9_000)}`;
  const data = { key: 'tok-of-the-shop', log: Array(900).fill('tok-of-the-shop') };
  const { id } = await start(agent, { ...origin, text, data });
  await proceed(agent, id);
  vi.unstubAllEnvs();
  const { about = '' } = toy.sent[0] ?? {};
  expect(about.length).toBeLessThan(1_000);
  expect(about).toMatch(
    /^zoe: \[secret\] x+ \[\d+ of \d+ characters cut\]\nkey: \[secret\]\nlog:\n/,
  );
  expect(about).not.toContain('tok-of');
});

test('large data is shown as JSON, and has no secrets', async () => {
  vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
  const { agent, toy } = tellingAgent([write]);
  const names = Array.from({ length: 4_000 }, (_, at) => [`field ${at}`, 'tok-of-the-shop']);
  const row: unknown = Object.fromEntries(names);
  const { id } = await start(agent, { ...origin, text: 'go', data: [row, row] });
  await proceed(agent, id);
  vi.unstubAllEnvs();
  const { about = '' } = toy.sent[0] ?? {};
  expect(about).toMatch(/^zoe: go\n\[\{"field 0":"\[secret\]","field 1"[^]* characters cut\]$/);
  expect(about.length).toBeLessThan(1_000);
});

test('an escalation says what is true of the request', async () => {
  const because = (sent: readonly Notice[]) =>
    sent.map(({ to, text }) => `${to}: ${/\(You get[^)]*\)$/.exec(text)?.[0] ?? ''}`);
  const lone = { ask: 'it writes', approvers: ['ada'] };
  const lost = tellingAgent([write], { onWrite: lone });
  lost.toy.fail = ({ to }) => {
    if (to === 'ADA') throw new Undeliverable('no such user');
  };
  await begin(lost.agent);
  expect(because(lost.toy.sent)).toEqual([
    'ROOM: ',
    'EVE: (You get this because no one else who may answer can be told.)',
  ]);
  const few = tellingAgent([write], { onWrite: { ...lone, count: 2 } });
  await begin(few.agent);
  expect(because(few.toy.sent)).toContain(
    'EVE: (You get this because too few people can approve it.)',
  );
  for (const [given, why] of [
    [[], 'no one else has answered'],
    [['ada'], 'an approval is still missing'],
  ] as const) {
    const late = tellingAgent([write], { onWrite: { ask: 'it writes', count: 2 } });
    const { id } = await begin(late.agent);
    for (const by of given) await approve(late.agent, `${id}:1`, { approved: true, by });
    late.clock.ms += 2 * HOUR;
    await proceed(late.agent, id);
    expect(because(late.toy.sent)).toContain(`EVE: (You get this because ${why}.)`);
  }
});

test('addresses in `ends` get each end, and no requests', async () => {
  const people = { ...toyPeople, ends: ['toy:LOG'] };
  for (const message of [origin, { channel: 'http' }]) {
    const { agent, toy } = tellingAgent([write, done], { people });
    const { id } = await begin(agent, message);
    expect(told(toy.sent)).not.toContain('approval LOG');
    await approve(agent, `${id}:1`, { approved: true, by: 'ada' });
    toy.sent.splice(0);
    await proceed(agent, id);
    expect(told(toy.sent).filter((one) => one.includes('LOG'))).toEqual(['ended LOG']);
  }
});

test('a denied step is told to no one', async () => {
  const { agent, toy } = tellingAgent([write, done], { onWrite: { deny: 'never' } });
  await begin(agent);
  expect(told(toy.sent)).toEqual(['ended ROOM']);
});

test('a message that takes a question back is told at the question', async () => {
  const { agent, toy } = tellingAgent([ask, done]);
  const { id } = await begin(agent);
  await say(agent, id, { channel: 'toy', from: 'ada', text: 'never mind' });
  await proceed(agent, id);
  expect(toy.sent[1]).toMatchObject({
    kind: 'answered',
    text: 'Which one? Taken back: ada wrote instead.',
  });
});

test('a cancelled thread closes its requests', async () => {
  const { agent, toy } = tellingAgent([write]);
  const { id } = await begin(agent);
  await cancel(agent, id, { by: 'bob', reason: 'not today' });
  await proceed(agent, id);
  expect(told(toy.sent.slice(3))).toEqual(['answered ROOM', 'answered ADA', 'answered BOB']);
  expect(toy.sent[3]?.text).toBe('Cancelled by bob: not today');
});

describe('once', () => {
  test('of many senders at once', async () => {
    const { agent, toy } = tellingAgent([write]);
    const { id } = await start(agent, { ...origin, text: 'go' });
    await advance(agent, id);
    await Promise.all(Array.from({ length: 16 }, () => agent.outbox?.send(agent, id, never)));
    expect(told(toy.sent)).toEqual(['approval ROOM', 'approval ADA', 'approval BOB']);
  });

  test('if the process died after it was sent: the next one finds it', async () => {
    const store = memoryStore();
    const { agent, toy, clock, channel } = tellingAgent([ask], { store });
    const { id } = await start(agent, { ...origin, text: 'go' });
    await advance(agent, id);
    const dying = new AbortController();
    const send = channel.send;
    channel.send = async (notice, signal) => {
      await send(notice, signal);
      dying.abort();
      throw new Error('killed');
    };
    await agent.outbox?.send(agent, id, dying.signal);
    channel.send = send;
    await proceed(agent, id);
    expect(toy.sent).toHaveLength(1);
    clock.ms += 60_001;
    const { events } = await proceed(agent, id);
    expect(toy.sent).toHaveLength(1);
    expect(events.slice(-1)[0]).toMatchObject({ type: 'delivery', state: 'sent', ref: 'ref1' });
  });

  test('if the process died before it was sent: the next one sends it', async () => {
    const { agent, toy, clock } = tellingAgent([ask]);
    const { id } = await start(agent, { ...origin, text: 'go' });
    await advance(agent, id);
    const dying = new AbortController();
    toy.fail = () => {
      dying.abort();
      throw new Error('killed');
    };
    await agent.outbox?.send(agent, id, dying.signal);
    toy.fail = undefined;
    clock.ms += 60_001;
    await proceed(agent, id);
    expect(toy.sent).toHaveLength(1);
  });
});

test('an answer of the model is kept if people were told something meanwhile', async () => {
  const { agent, toy } = tellingAgent([ask, write]);
  const { id } = await begin(agent);
  await answer(agent, `${id}:1`, { by: 'ada', text: 'that one' });
  let asked = 0;
  const slow: Agent = {
    ...agent,
    model: async (request) => {
      asked += 1;
      await agent.outbox?.send(agent, id, never);
      return agent.model(request);
    },
  };
  const { events, state } = await advance(slow, id);
  expect(asked).toBe(1);
  expect(told(toy.sent)).toContain('answered ROOM');
  const index = events.findIndex(
    (event) => event.type === 'tool_call' && event.step === state.open?.step,
  );
  expect(events.slice(-1)[0]?.type).toBe('tool_call');
  expect(state.open?.call_id).toBe(`${id}:${events.length - 1}`);
  expect(index).not.toBe(0);
});

test('a rule of people.ts that throws loses no event, and sends nothing', async () => {
  const people = {
    ...toyPeople,
    accountsOf: () => {
      throw new Error('a typo');
    },
  };
  const { agent } = tellingAgent([write], { people });
  await expect(begin(agent)).rejects.toThrow('a typo');
  const [thread] = await agent.store.list({ limit: 1 });
  expect(thread?.status).toBe('waiting_for_approval');
});

test('an approver who has approved is not reminded', async () => {
  const onWrite = {
    ask: 'it writes',
    approvers: ['ada', 'bob'],
    count: 2,
  };
  const { agent, toy, clock } = tellingAgent([write], { onWrite });
  const { id } = await begin(agent);
  await approve(agent, `${id}:1`, { approved: true, by: 'ada' });
  toy.sent.splice(0);
  clock.ms += HOUR;
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['approval ROOM', 'approval BOB']);
});

test('an answered request of which it is unknown whether it was sent is closed too', async () => {
  const { agent, toy, channel, clock } = tellingAgent([ask, done]);
  const send = channel.send;
  channel.send = async (notice, signal) => {
    await send(notice, signal);
    throw new Error('reset');
  };
  const { id } = await begin(agent);
  await answer(agent, `${id}:1`, { by: 'ada', text: 'that one' });
  channel.send = send;
  toy.sent.splice(1);
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['question ROOM', 'answered ROOM', 'ended ROOM']);
  expect(toy.sent[1]?.request).toBe('ref1');
  clock.ms += 24 * HOUR;
  await proceed(agent, id);
  expect(toy.sent).toHaveLength(3);
});

test('an answered request that did not arrive is not told', async () => {
  const { agent, toy } = tellingAgent([ask, done]);
  toy.fail = () => {
    throw new Error('away');
  };
  const { id } = await begin(agent);
  await answer(agent, `${id}:1`, { by: 'ada', text: 'that one' });
  toy.fail = undefined;
  await proceed(agent, id);
  expect(told(toy.sent)).toEqual(['ended ROOM']);
});

test('an approval that reaches no approver escalates at once', async () => {
  const onWrite = { ask: 'it writes', approvers: ['zoe'] };
  const { agent, toy } = tellingAgent([write], { onWrite });
  await begin(agent);
  expect(told(toy.sent)).toEqual(['approval ROOM', 'approval EVE']);
});

test('a process that was silent for long does not overwrite what another one saved', async () => {
  const { agent, toy, channel, clock } = tellingAgent([ask]);
  const { id } = await start(agent, { ...origin, text: 'go' });
  await advance(agent, id);
  const send = channel.send;
  channel.send = async (notice, signal) => {
    channel.send = send;
    clock.ms += 60_001;
    await agent.outbox?.send(agent, id, never);
    return await send(notice, signal).then(() => Promise.reject(new Error('late')));
  };
  await agent.outbox?.send(agent, id, never);
  const { events } = await load(agent.store, id);
  expect(events.slice(-1)[0]).toMatchObject({ state: 'sent', attempt: 2 });
  clock.ms += 30_000;
  await proceed(agent, id);
  expect(toy.sent).toHaveLength(2);
});

test('an address that comes later is not told of old ends', async () => {
  const { agent, toy, clock } = tellingAgent([done]);
  const { id } = await begin(agent);
  clock.ms += 3 * 24 * HOUR;
  const people = { ...toyPeople, also: ['toy:LOG'] };
  const { agent: later } = tellingAgent([done, ask], { people, store: agent.store });
  const telling = { ...later, now: agent.now };
  await say(telling, id, { channel: 'toy', from: 'ada', text: 'more' });
  await advance(telling, id);
  await telling.outbox?.send(telling, id, never);
  expect(told(toy.sent)).toEqual(['ended ROOM']);
});

test.each([
  [1e15, 6 * HOUR],
  [Number.NaN, 5_000],
  [-1, 5_000],
])('a channel that asks to wait %d ms is asked again after %d ms', async (asked, waited) => {
  const { agent, toy, clock } = tellingAgent([done]);
  toy.fail = () => {
    throw Object.assign(new Error('later'), { retryAfterMs: asked });
  };
  const { id } = await begin(agent);
  expect(await dueOf(agent, id)).toBe(new Date(clock.ms + waited).toISOString());
});

test('no reminder and no escalation is Infinity', async () => {
  const escalation = { to: ['eve'], afterMs: Infinity };
  const people = { ...toyPeople, remindAfterMs: [Infinity], escalation };
  const { agent, clock } = tellingAgent([ask], { people });
  const { id } = await begin(agent);
  clock.ms += 20 * 24 * HOUR;
  expect((await proceed(agent, id)).events.length).toBe(4);
});

test.each(['constructor', 'toString', '__proto__'])('%s is a name like others', async (from) => {
  const { agent } = tellingAgent([ask]);
  const { id } = await start(agent, { from, text: 'go', channel: 'http' });
  const { state } = await proceed(agent, id);
  expect(state.status).toBe('waiting_for_human');
});

test('a channel that ignores the signal is given up, and holds up no other one', async () => {
  vi.useFakeTimers();
  try {
    const { agent, toy, channel } = tellingAgent([write]);
    const send = channel.send;
    channel.send = (notice, signal) =>
      notice.to === 'ROOM' ? new Promise(() => undefined) : send(notice, signal);
    const { id } = await start(agent, { ...origin, text: 'go' });
    await advance(agent, id);
    const sending = agent.outbox?.send(agent, id, never);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told(toy.sent)).toEqual(['approval ADA', 'approval BOB']);
    await vi.advanceTimersByTimeAsync(20_000);
    await sending;
    const { events } = await load(agent.store, id);
    expect(events.slice(-1)[0]).toMatchObject({ state: 'failed', error: 'no answer in 20000 ms' });
  } finally {
    vi.useRealTimers();
  }
});

test('no secret is sent', async () => {
  process.env['TEST_API_KEY'] = 'hunter2-hunter2';
  try {
    const { agent, toy } = tellingAgent([{ ...write, to: 'hunter2-hunter2' }]);
    await begin(agent);
    expect(JSON.stringify(toy.sent)).not.toContain('hunter2');
  } finally {
    delete process.env['TEST_API_KEY'];
  }
});

test('a link goes out only where one person reads, and is not saved', async () => {
  process.env['LINK_SECRETS'] = 'x'.repeat(32);
  process.env['PUBLIC_URL'] = 'https://agent.example';
  try {
    const { agent, toy } = tellingAgent([write]);
    const serving: Agent = { ...agent, triggers: { answer: () => ({}) } };
    const { events } = await begin(serving);
    const links = toy.sent.map(({ to, link }) => [to, link?.slice(0, 29)]);
    const page = 'https://agent.example/answer/';
    expect(links).toEqual([
      ['ROOM', undefined],
      ['ADA', page],
      ['BOB', page],
    ]);
    expect(JSON.stringify(events)).not.toContain('/answer/');
  } finally {
    delete process.env['LINK_SECRETS'];
    delete process.env['PUBLIC_URL'];
  }
});

test('addresses that want everything get it', async () => {
  const people = {
    ...toyPeople,
    also: ['toy:LOG'],
  };
  const { agent, toy } = tellingAgent([ask, done], { people });
  const { id } = await begin(agent);
  await answer(agent, `${id}:1`, { by: 'ada', text: 'that one' });
  await proceed(agent, id);
  const log = toy.sent.filter(({ to }) => to === 'LOG').map(({ kind }) => kind);
  expect(log).toEqual(['question', 'answered', 'ended']);
});
