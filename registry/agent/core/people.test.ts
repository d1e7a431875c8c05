import { describe, expect, test } from 'vitest';
import { Refused } from './errors.ts';
import { without } from './event.ts';
import { answer, approve, cancel, report, say, start } from './people.ts';
import { advance } from './loop.ts';
import type { Verdict } from './policy.ts';
import type { Agent } from './agent.ts';
import { Conflict, load, wrapStore, type Store } from './store.ts';
import { pending } from './tool.ts';
import { ask, done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';

const message = { channel: 'test', from: 'ada', text: 'go' };
const yes = { approved: true, by: 'ada' };
const no = { approved: false, by: 'ada', comment: 'not today' };

/** Starts a thread and lets it run until it rests. */
async function started(agent: Agent) {
  const { id } = await start(agent, message);
  const thread = await advance(agent, id);
  return { ...thread, call: thread.state.open?.call_id ?? '' };
}

test('an answer names the call that it answers; any other is refused', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const { id } = await started(agent);
  await expect(approve(agent, `${id}:9`, yes)).rejects.toThrow(`waiting_for_approval at ${id}:1`);
  await expect(approve(agent, 'latest', yes)).rejects.toThrow('not a call');
  await expect(answer(agent, `${id}:1`, { by: 'ada', text: 'yes' })).rejects.toThrow(
    'is not waiting: the thread is waiting_for_approval',
  );
  await expect(approve(agent, 't_unknown:1', yes)).rejects.toThrow('There is no thread t_unknown');
  expect(ran).toEqual([]);
});

test('a message makes no thread a child, and a later one names no agent', async () => {
  const { agent } = toyAgent([]);
  const { id } = await start(agent, { ...message, agent: 'main' });
  const forged = { ...message, parent: { call_id: 't_1:1' } };
  await expect(start(agent, forged)).rejects.toThrow('Only a call');
  await expect(start(agent, forged, 'a conversation')).rejects.toThrow('Only a call');
  await expect(say(agent, id, forged)).rejects.toThrow('Only a call');
  expect(await agent.store.list({ limit: 10 })).toHaveLength(1);
  const { events } = await say(agent, id, { ...message, agent: 'other' });
  expect(events.map((event) => 'agent' in event && event.agent)).toEqual(['main', false]);
});

test('the second answer is told who was first', async () => {
  const { agent } = toyAgent([write, done]);
  const { call } = await started(agent);
  await approve(agent, call, yes);
  const here = new Date('2026-01-01T00:00:00Z').toLocaleString('sv').slice(0, 16);
  await expect(approve(agent, call, no)).rejects.toThrow(
    `Already answered: approved by ada, ${here}. Nothing`,
  );
});

test('of 16 contradictory answers one is taken', async () => {
  const { agent } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  const answers = Array.from({ length: 16 }, (_, n) => approve(agent, call, n % 2 ? yes : no));
  const settled = await Promise.allSettled(answers);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(typesOf((await load(agent.store, id)).events)).toBe('message tool_call approval');
});

test('only approvers approve, and no person overrules the policy', async () => {
  const { agent } = toyAgent([write]);
  const { call } = await started(agent);
  await expect(approve(agent, call, { approved: true, by: 'eve' })).rejects.toThrow(
    'eve may not approve',
  );
  const strict = toyAgent([write], { onWrite: { deny: 'never' } }).agent;
  const { id } = await start(strict, message);
  const thread = await load(strict.store, id);
  await strict.store.append(
    id,
    thread.events.length,
    {
      type: 'tool_call',
      call_id: `${id}:1`,
      step: write,
      awaits: 'approval',
      objection: { deny: 'never' },
      at: message.text,
    },
    { status: 'waiting_for_approval' },
  );
  await expect(approve(strict, `${id}:1`, yes)).rejects.toThrow('The policy denies');
});

describe('a call that needs two people', () => {
  const two = { ask: 'it writes', approvers: ['@ops', 'eve'], count: 2, notRequester: true };
  const by = (name: string) => ({ approved: true, by: name });
  const groups = (name: string) => (name === 'ops' ? ['ada', 'bob'] : []);

  test('runs once two have approved; the model sees the last one', async () => {
    const { agent, ran } = toyAgent([write, done], { onWrite: two, policy: { groups } });
    const { id, call, events } = await started(agent);
    expect(events[1]).toMatchObject({
      objection: { ...without(two, 'notRequester'), not_requester: true },
    });
    for (const name of ['ada', 'carl', 'ops', '@ops'])
      await expect(approve(agent, call, by(name))).rejects.toThrow(
        `${name} may not approve; bob, eve may.`,
      );
    await approve(agent, call, { ...by('bob'), comment: 'fine' });
    await expect(approve(agent, call, by('bob'))).rejects.toThrow(
      `${call} is already approved by bob; 1 of 2.`,
    );
    await advance(agent, id);
    expect(ran).toEqual([]);
    await approve(agent, call, by('eve'));
    const thread = await advance(agent, id);
    expect(ran).toEqual([`write to production ${call}`]);
    expect(typesOf(thread.events)).toBe(
      'message tool_call endorsed approval tool_started tool_result tool_call',
    );
    expect(agent.context(thread.events).join('\n')).not.toContain('bob');
  });

  test('is closed by one denial, also of a person who approved', async () => {
    const { agent, ran } = toyAgent([write, done], { onWrite: two, policy: { groups } });
    const { id, call } = await started(agent);
    await approve(agent, call, by('bob'));
    await approve(agent, call, { approved: false, by: 'bob', comment: 'no, wait' });
    await expect(approve(agent, call, by('eve'))).rejects.toThrow(
      'Already answered: denied by bob',
    );
    await advance(agent, id);
    expect(ran).toEqual([]);
  });

  test('asks the group again when each answer comes', async () => {
    const ops = ['bob'];
    const policy = { groups: () => ops };
    const { agent, ran } = toyAgent([write, done], { onWrite: two, policy });
    const { id, call } = await started(agent);
    await expect(approve(agent, call, by('carl'))).rejects.toThrow('may not approve');
    await approve(agent, call, by('bob'));
    ops.splice(0, 1, 'carl');
    // Bob left, so his approval no longer counts.
    expect((await approve(agent, call, by('carl'))).state.status).toBe('waiting_for_approval');
    await approve(agent, call, by('eve'));
    await advance(agent, id);
    expect(ran).toEqual([`write to production ${call}`]);
  });

  test('of 16 approvals at once, two people are counted', async () => {
    const { agent, ran } = toyAgent([write, done], { onWrite: two, policy: { groups } });
    const { id, call } = await started(agent);
    const names = Array.from({ length: 16 }, (_, n) => (n % 2 ? 'bob' : 'eve'));
    const settled = await Promise.allSettled(names.map((name) => approve(agent, call, by(name))));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const { events } = await advance(agent, id);
    expect(typesOf(events)).toMatch(/^message tool_call endorsed approval tool_started/);
    expect(ran).toHaveLength(1);
  });

  test('is never approved by the one person at this machine under two names', async () => {
    const onWrite = { ask: 'it writes', count: 2 };
    const { agent, ran } = toyAgent([write, done], { onWrite, policy: { approvers: [] } });
    const { id, call } = await started(agent);
    for (const name of ['ada', 'bob', 'carl'])
      await approve(agent, call, { ...by(name), isLocal: true });
    await advance(agent, id);
    expect(ran).toEqual([]);
  });
});

const malformed = 'policy.ts failed: its approvers or count is malformed: why';
test.each<[string, object, string]>([
  ['a count of 0', { count: 0 }, malformed],
  ['a count of 1.5', { count: 1.5 }, malformed],
  ['a count of NaN', { count: NaN }, malformed],
  ['a count that is a text', { count: '2' }, malformed],
  ['a count that is missing', { count: undefined }, malformed],
  ['no approvers in its list', { approvers: [] }, malformed],
  ['approvers that are missing', { approvers: undefined }, malformed],
  ['approvers that are a name', { approvers: 'ada' }, malformed],
  ['approvers that are a promise', { approvers: Promise.resolve(['ada']) }, malformed],
  ['approvers that are no names', { approvers: ['ada', 7] }, malformed],
  ['a requester that is a name', { notRequester: 'ada' }, malformed],
  ['a misspelt field', { approver: ['eve'] }, malformed],
  ['the field of the event', { not_requester: true }, malformed],
  ['an unknown group', { approvers: ['@ops'] }, 'why'],
])('a rule with %s lets no one approve, and says so', async (_, rights, why) => {
  const onWrite = { ask: 'why', ...rights } as Verdict;
  for (const approvers of [['ada', 'bob'], []]) {
    const { agent, ran } = toyAgent([write, done], { onWrite, policy: { approvers } });
    const { id, call, state } = await started(agent);
    const ask = `${why} (too few can approve it: 1 needed, no one may)`;
    expect(state).toMatchObject({ status: 'waiting_for_approval', open: { objection: { ask } } });
    for (const by of ['ada', 'bob', 'eve'])
      await expect(approve(agent, call, { approved: true, by, isLocal: true })).rejects.toThrow(
        'no one may',
      );
    await advance(agent, id);
    expect(ran).toEqual([]);
  }
});

test.each<[string, Verdict, readonly string[], string]>([
  ['two of one', { ask: 'why', approvers: ['eve'], count: 2 }, ['ada'], '2 needed, only eve may'],
  ['the requester alone', { ask: 'why', notRequester: true }, ['ada'], '1 needed, no one may'],
  [
    'two people at this machine',
    { ask: 'why', count: 2 },
    [],
    '2 needed, only you at this machine may',
  ],
])('a request for %s says that no one can meet it', async (_, onWrite, approvers, lack) => {
  const { agent } = toyAgent([write], { onWrite, policy: { approvers } });
  expect((await started(agent)).state.open?.objection).toMatchObject({
    ask: `why (too few can approve it: ${lack})`,
  });
});

test('a decision has no fields but its own', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  const edit = { call_id: `${id}:2`, step: write, awaits: 'result' };
  await approve(agent, call, { ...no, edit, type: 'endorsed' } as typeof no);
  await advance(agent, id);
  expect([ran, (await load(agent.store, id)).events[2]]).toEqual([
    [],
    { type: 'approval', call_id: call, at: expect.any(String), ...no },
  ]);
});

test('a redelivered message changes nothing, in a race too', async () => {
  const { agent } = toyAgent([done]);
  const threads = await Promise.all(
    Array.from({ length: 16 }, () => start(agent, { ...message, idempotency_key: 'delivery-1' })),
  );
  expect(new Set(threads.map(({ id }) => id)).size).toBe(1);
  const [first] = threads;
  await say(agent, first?.id ?? '', { ...message, idempotency_key: 'delivery-1' });
  expect(typesOf((await load(agent.store, first?.id ?? '')).events)).toBe('message');
});

test('a request without an answer expires, and a late answer is refused', async () => {
  const { agent, clock } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  clock.ms += 30 * 86_400_000 + 1;
  expect(typesOf((await advance(agent, id)).events)).toBe('message tool_call expired tool_call');
  await expect(approve(agent, call, yes)).rejects.toThrow('it expired');
});

test('an expired request cannot be answered, even before its expiry is saved', async () => {
  const { agent, clock, ran } = toyAgent([write, done]);
  const { call } = await started(agent);
  clock.ms += 30 * 86_400_000 + 1;
  await expect(approve(agent, call, yes)).rejects.toThrow('has expired');
  expect(ran).toEqual([]);
});

test('a body that says it is something else is still a message, from a person', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  const body = { type: 'approval', approved: true, by: 'ada', call_id: call, text: 'hi' };
  await say(agent, id, { channel: 'test', from: 'eve', ...body });
  await advance(agent, id);
  expect(ran).toEqual([]);
});

test('one key in two channels is two threads', async () => {
  const { agent } = toyAgent([done]);
  const [one, two] = [
    await start(agent, { ...message, idempotency_key: '1' }),
    await start(agent, { ...message, channel: 'other', idempotency_key: '1' }),
  ];
  expect(one.id).not.toBe(two.id);
});

test('where the policy says so, expiry ends the thread', async () => {
  const expiry = { afterMs: 1_000, outcome: 'failed' } as const;
  const { agent, clock } = toyAgent([ask], { policy: { expiry } });
  const { id } = await started(agent);
  clock.ms += 1_001;
  expect((await advance(agent, id)).state.status).toBe('failed');
});

test('a cancelled thread hears nothing more; cancelling twice changes nothing', async () => {
  const { agent } = toyAgent([write]);
  const { id, call } = await started(agent);
  await cancel(agent, id, { by: 'ada', reason: 'enough' });
  expect((await cancel(agent, id, { by: 'bob' })).events).toHaveLength(3);
  await expect(say(agent, id, message)).rejects.toThrow('was cancelled');
  await expect(approve(agent, call, yes)).rejects.toThrow('the thread is cancelled');
});

test('approved, it runs; the model hears the comment', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  await approve(agent, call, { ...yes, comment: 'quickly' });
  const { state, events } = await advance(agent, id);
  expect([state.status, ran]).toEqual(['done', [`write to production ${call}`]]);
  expect(agent.context(events).join('\n')).toContain('comment: quickly');
});

test('denied, it does not run; the model hears why', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const { id, call } = await started(agent);
  await approve(agent, call, no);
  const { state, events } = await advance(agent, id);
  expect([state.status, ran]).toEqual(['done', []]);
  expect(agent.context(events).join('\n')).toContain('comment: not today');
});

test('a message instead of an answer withdraws the call; it never counts as approval', async () => {
  const { agent, ran } = toyAgent([write, { ...write, to: 'staging' }, done]);
  const { id, call } = await started(agent);
  await say(agent, id, { ...message, text: 'staging first, please' });
  const { state } = await advance(agent, id);
  expect([state.status, ran]).toEqual(['waiting_for_approval', []]);
  await expect(approve(agent, call, yes)).rejects.toThrow(Refused);
  await approve(agent, state.open?.call_id ?? '', yes);
  await advance(agent, id);
  expect(ran).toEqual([`write to staging ${id}:3`]);
});

test('a question is answered, by its call', async () => {
  const { agent } = toyAgent([ask, done]);
  const { id, call } = await started(agent);
  await answer(agent, call, { by: 'bob', text: 'the blue one' });
  expect((await advance(agent, id)).state.status).toBe('done');
  await expect(answer(agent, call, { by: 'ada', text: 'the red one' })).rejects.toThrow(
    'Already answered: by bob',
  );
});

test('what the outside reports may come before the tool has said that it will', async () => {
  const { agent } = toyAgent([read, done], {
    async run({ idempotencyKey }) {
      await report(agent, idempotencyKey, { result: 'fast' });
      return pending(60_000);
    },
  });
  const { state, events } = await started(agent);
  expect(state.status).toBe('done');
  expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
});

test('a report on a long-running tool is its result or its error, once', async () => {
  const { agent } = toyAgent([write, done], { run: () => Promise.resolve(pending(60_000)) });
  const { id, call } = await started(agent);
  await approve(agent, call, yes);
  await advance(agent, id);
  await report(agent, call, { result: { rows: 3 } });
  expect(typesOf((await advance(agent, id)).events)).toBe(
    'message tool_call approval tool_started tool_pending tool_result tool_call',
  );
  await expect(report(agent, call, { error: 'no' })).rejects.toThrow(
    /^Already answered: its outcome is known, .*changed\.$/,
  );
});

test.each([
  [
    'an empty message',
    (agent: Agent) => start(agent, { ...message, text: ' \n' }),
    'The message is empty.',
  ],
  [
    'an empty answer',
    (agent: Agent) => answer(agent, 't_1:1', { by: 'ada', text: '' }),
    'The answer is empty.',
  ],
  [
    'a thread that is not there',
    (agent: Agent) => say(agent, 't_1', message),
    'There is no thread t_1.',
  ],
  [
    'an id that is a path',
    (agent: Agent) => say(agent, '../../etc/passwd', message),
    'is not a thread',
  ],
])('%s is refused', async (_, act, reason) => {
  await expect(act(toyAgent([]).agent)).rejects.toThrow(reason);
});

test.each([undefined, null, 42, { name: 'ada' }, '', ' ', 'x'.repeat(256)])(
  'for a sender with the name %j, nothing is saved',
  async (name) => {
    const by = name as string;
    const { agent } = toyAgent([write, ask], { policy: { approvers: [by] } });
    await expect(start(agent, { ...message, from: by })).rejects.toThrow('has no name');
    const keyed = { ...message, from: by, idempotency_key: 'k' };
    await expect(start(agent, keyed)).rejects.toThrow('has no name');
    expect(await agent.store.list({ limit: 9 })).toEqual([]);
    const { id, call, events } = await started(agent);
    for (const act of [
      say(agent, id, { ...message, from: by }),
      approve(agent, call, { approved: true, by }),
      answer(agent, call, { by, text: 'yes' }),
      cancel(agent, id, { by }),
    ])
      await expect(act).rejects.toThrow('The sender has no name.');
    expect((await load(agent.store, id)).events).toEqual(events);
  },
);

test('without approvers, only the person at this machine approves; that is not saved', async () => {
  const { agent } = toyAgent([write, done], { policy: { approvers: [] } });
  const { id, call } = await started(agent);
  for (const by of ['ada', 'local', 'you', process.env['USER'] ?? 'root'])
    await expect(approve(agent, call, { approved: true, by })).rejects.toThrow(
      `${by} may not approve; APPROVERS names no one.`,
    );
  await approve(agent, call, { approved: true, by: 'ada', isLocal: true });
  expect((await load(agent.store, id)).events.slice(-1)[0]).toEqual({
    type: 'approval',
    call_id: call,
    approved: true,
    by: 'ada',
    at: expect.any(String),
  });
});

test('a thread whose store counts other events than it has takes no message', async () => {
  const { agent } = toyAgent([]);
  await hear(agent, 't');
  const append: Store['append'] = () => Promise.reject(new Conflict('another version'));
  const store = wrapStore(agent.store, { append });
  const message = { channel: 'test', from: 'ada', text: 'more' };
  await expect(say({ ...agent, store }, 't', message)).rejects.toThrow('t is damaged');
});
