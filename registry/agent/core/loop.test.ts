import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { UnknownOutcome } from './errors.ts';
import type { Event, Usage } from './event.ts';
import { advance } from './loop.ts';
import type { Agent } from './agent.ts';
import type { Model } from './model.ts';
import { memoryStore } from '../store/memory.ts';
import { append, Conflict, load, wrapStore, type Store } from './store.ts';
import { oneOf, pending, tool } from './tool.ts';
import { ask, done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';

/** Says "go" to thread `t` and lets it run until it rests. */
async function start(agent: Agent) {
  await hear(agent, 't');
  return advance(agent, 't');
}

const approval = (agent: Agent, approved = true): Event => ({
  type: 'approval',
  call_id: 't:1',
  approved,
  by: 'ada',
  at: new Date(agent.now()).toISOString(),
});

/** A store whose process dies at the append of the event numbered `version`: it is never saved. */
function dyingAt(version: number, store: Store): Store {
  const dies = () => Promise.reject(new Error('kill -9'));
  return {
    ...store,
    append: (id, v, event, index) => (v === version ? dies() : store.append(id, v, event, index)),
  };
}

test('the call is saved before its tool runs, and its id is thread:version', async () => {
  const store = memoryStore();
  const seen: string[] = [];
  const look = async () => seen.push(typesOf(await store.load('t')));
  const { agent, ran } = toyAgent([read, done], { store, run: look });
  const { events, state } = await start(agent);
  expect(seen).toEqual(['message tool_call tool_started']);
  expect(ran).toEqual(['read t:1']);
  expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
  expect(state.status).toBe('done');
});

test('of 16 processes that race for a call, one runs the tool', async () => {
  const { agent, ran } = toyAgent([write, done]);
  await append(agent.store, await start(agent), approval(agent));
  const threads = await Promise.all(Array.from({ length: 16 }, () => advance(agent, 't')));
  expect(ran).toEqual(['write to production t:1']);
  expect(threads.some(({ state }) => state.status === 'done')).toBe(true);
});

test('an append at a stale version is a conflict', async () => {
  const { agent } = toyAgent([write]);
  const old = await start(agent);
  await hear(agent, 't', 'wait');
  await expect(append(agent.store, old, approval(agent))).rejects.toThrow(Conflict);
});

test('a message while a tool runs does not lose the result; the model sees both', async () => {
  const { agent } = toyAgent([read, done], {
    run: async () => (await hear(agent, 't', 'also this'), 'ok'),
  });
  expect(typesOf((await start(agent)).events)).toBe(
    'message tool_call tool_started message tool_result tool_call',
  );
});

test('what the model chose before it saw a new message is dropped', async () => {
  const { agent, ran } = toyAgent([read, done]);
  let isFirst = true;
  const model: Agent['model'] = async (request) => {
    if (isFirst) await hear(agent, 't', 'wait');
    isFirst = false;
    return agent.model(request);
  };
  const { events } = await start({ ...agent, model });
  expect(typesOf(events)).toBe('message message tool_call tool_started tool_result tool_call');
  expect(ran).toEqual(['read t:2']);
});

test.each([
  ['retry', 'done', ['read t:1', 'read t:1']],
  ['ask_human', 'waiting_for_human', ['read t:1']],
] as const)(
  'killed while a tool with %s ran, the thread is %s once the lease is over',
  async (onUnknownOutcome, status, runs) => {
    const { agent, clock, ran } = toyAgent([read, done], { onUnknownOutcome });
    await expect(start({ ...agent, store: dyingAt(3, agent.store) })).rejects.toThrow('kill -9');
    expect((await advance(agent, 't')).state.status).toBe('running');
    clock.ms += 6_000;
    expect((await advance(agent, 't')).state.status).toBe(status);
    expect(ran).toEqual(runs);
  },
);

/** A store that needs `ms` to save each of the first `times` claims. */
function slowToClaim(store: Store, clock: { ms: number }, ms: number, times: number): Store {
  let left = times;
  return wrapStore(store, {
    append(id, version, event, index) {
      if (event.type === 'tool_started' && left-- > 0) clock.ms += ms;
      return store.append(id, version, event, index);
    },
  });
}

test.each([
  ['retry', 9_000, 2],
  ['ask_human', 9_000, 2],
  ['ask_human', 5_010, 2],
  ['ask_human', 4_900, 1],
] as const)(
  'a tool with %s whose claim took %i ms to save runs once, on claim %i',
  async (onUnknownOutcome, ms, attempt) => {
    const { agent, clock } = toyAgent([read, done], {
      onUnknownOutcome,
      run: (context) => Promise.resolve(`attempt ${context.attempt}`),
    });
    const store = slowToClaim(agent.store, clock, ms, 1);
    const { events, state } = await start({ ...agent, store });
    expect(state.status).toBe('done');
    const results = events.filter(({ type }) => type === 'tool_result');
    expect(results).toMatchObject([{ attempt, result: `attempt ${attempt}` }]);
  },
);

test('a tool whose claims are always saved too late never runs: a person is asked', async () => {
  const { agent, clock, ran } = toyAgent([read, done]);
  const store = slowToClaim(agent.store, clock, 9_000, Infinity);
  const { events, state } = await start({ ...agent, store });
  expect([state.status, ran]).toEqual(['waiting_for_human', []]);
  const claims = ' tool_started'.repeat(3);
  expect(typesOf(events)).toBe(`message tool_call${claims} handed_over`);
});

/** Runs a slow tool until another process has handed its call over. */
async function runUntilHandedOver(store: Store = memoryStore()) {
  let end: (value: unknown) => void = () => undefined;
  const { agent, clock } = toyAgent([read, done], {
    store,
    onUnknownOutcome: 'ask_human',
    timeoutMs: 60_000,
    run: () => new Promise((resolve) => (end = resolve)),
  });
  const started = start(agent);
  await expect.poll(async () => (await load(agent.store, 't')).state.status).toBe('running');
  clock.ms += 66_000;
  expect((await advance(agent, 't')).state.status).toBe('waiting_for_human');
  const finish = (result: unknown) => (end(result), started);
  return { agent, finish };
}

const handedOver = 'message tool_call tool_started handed_over';

test('an outcome that comes after a person was asked for it is not lost', async () => {
  const { finish } = await runUntilHandedOver();
  const { events, state } = await finish('it worked');
  expect(state.status).toBe('done');
  expect(typesOf(events)).toBe(`${handedOver} tool_result tool_call`);
});

test('a late outcome is not lost if a message comes while it is saved', async () => {
  const store = memoryStore();
  let isFirst = true;
  const interrupted = wrapStore(store, {
    async append(id, version, event, index) {
      if ('late' in event && isFirst) {
        isFirst = false;
        await hear({ ...toyAgent([]).agent, store }, id, 'hello?');
      }
      return store.append(id, version, event, index);
    },
  });
  const { finish } = await runUntilHandedOver(interrupted);
  const { events, state } = await finish('it worked');
  expect(state.status).toBe('done');
  expect(typesOf(events)).toBe(`${handedOver} message tool_result tool_call`);
});

const reported: Event = {
  type: 'tool_result',
  call_id: 't:1',
  attempt: 1,
  result: 'arrived',
  at: '2026-01-01T01:00:00.000Z',
};

test('a call that is pending after a person was asked waits for its report again', async () => {
  const { agent, finish } = await runUntilHandedOver();
  const { events, state } = await finish(pending(60_000));
  expect(typesOf(events)).toBe(`${handedOver} tool_pending`);
  expect(state.status).toBe('waiting_for_result');
  expect(state.open).not.toHaveProperty('reason');
  await append(agent.store, await load(agent.store, 't'), reported);
  expect((await advance(agent, 't')).state.status).toBe('done');
});

test.each([
  ['ask_human', 1],
  ['retry', 3],
] as const)(
  'with %s, a hand-over that was saved although it failed is saved once',
  async (...row) => {
    const [onUnknownOutcome, attempts] = row;
    const { agent } = toyAgent([read], {
      onUnknownOutcome,
      timeoutMs: 5,
      run: () => new Promise(() => undefined),
    });
    const store = wrapStore(agent.store, {
      async append(id, version, event, index) {
        await agent.store.append(id, version, event, index);
        if (event.type === 'handed_over') throw new Conflict('it is there already');
        return version + 1;
      },
    });
    const { events } = await start({ ...agent, store });
    const claims = ' tool_started'.repeat(attempts);
    expect(typesOf(events)).toBe(`message tool_call${claims} handed_over`);
  },
);

test('a claim that was saved late is not claimed again once a person was asked', async () => {
  const { agent, clock, ran } = toyAgent([read], { onUnknownOutcome: 'ask_human' });
  const store = wrapStore(agent.store, {
    async append(id, version, event, index) {
      const next = await agent.store.append(id, version, event, index);
      if (event.type !== 'tool_started') return next;
      clock.ms += 9_000;
      await advance(agent, id);
      return next;
    },
  });
  const { events } = await start({ ...agent, store });
  expect(typesOf(events)).toBe(handedOver);
  expect(ran).toEqual([]);
});

test('killed between choosing and running, the call runs once', async () => {
  const { agent, ran } = toyAgent([read, done], { onUnknownOutcome: 'ask_human' });
  await expect(start({ ...agent, store: dyingAt(2, agent.store) })).rejects.toThrow('kill -9');
  expect((await advance(agent, 't')).state.status).toBe('done');
  expect(ran).toEqual(['read t:1']);
});

test.each([
  ['a timeout', () => new Promise(() => undefined)],
  ['a tool that says so', () => Promise.reject(new UnknownOutcome('the line went dead'))],
])('%s is an unknown outcome: a person is asked', async (_, run) => {
  const { agent, ran } = toyAgent([read], { onUnknownOutcome: 'ask_human', timeoutMs: 5, run });
  const { state } = await start(agent);
  expect(state).toMatchObject({
    status: 'waiting_for_human',
    open: { call_id: 't:1', attempt: 1 },
  });
  expect(ran).toEqual(['read t:1']);
});

test.each([
  [
    'listens to the signal itself',
    (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
  ],
  ['takes no notice', () => new Promise(() => undefined)],
])('a timeout is an unknown outcome, even for a tool that %s', async (_, work) => {
  const { agent, ran } = toyAgent([read, read], {
    onUnknownOutcome: 'ask_human',
    timeoutMs: 5,
    run: ({ signal }) => work(signal),
  });
  expect((await start(agent)).state.status).toBe('waiting_for_human');
  expect(ran).toEqual(['read t:1']);
});

test('a retry has the same key, and after three of them a person is asked', async () => {
  const { agent, ran } = toyAgent([read], {
    timeoutMs: 5,
    run: () => new Promise(() => undefined),
  });
  expect((await start(agent)).state.status).toBe('waiting_for_human');
  expect(ran).toEqual(['read t:1', 'read t:1', 'read t:1']);
});

test('a message does not close a call whose outcome is unknown', async () => {
  const { agent, ran } = toyAgent([read], {
    onUnknownOutcome: 'ask_human',
    timeoutMs: 5,
    run: () => new Promise(() => undefined),
  });
  await start(agent);
  expect((await hear(agent, 't', 'hello?')).state).toMatchObject({
    status: 'waiting_for_human',
    open: { call_id: 't:1' },
  });
  expect(ran).toHaveLength(1);
});

test('thirty days later, in another process, a waiting thread goes on', async () => {
  const first = toyAgent([write, done]);
  const { events } = await start(first.agent);
  const second = toyAgent([write, done]);
  second.clock.ms += 30 * 86_400_000 - 1;
  const saved = JSON.parse(JSON.stringify(events)) as typeof events;
  for (const [version, event] of saved.entries()) {
    await second.agent.store.append('t', version, event, { status: 'thinking' });
  }
  await append(second.agent.store, await load(second.agent.store, 't'), approval(second.agent));
  expect((await advance(second.agent, 't')).state.status).toBe('done');
  expect([first.ran, second.ran]).toEqual([[], ['write to production t:1']]);
});

// Until the thread is looked at again: deadline.ts says how often.
const cancelling = { timeout: 60_000 };

test('cancelling aborts the running tool: a late result changes nothing', cancelling, async () => {
  const signals: AbortSignal[] = [];
  const { agent } = toyAgent([read], {
    timeoutMs: 60_000,
    run: ({ signal }) => (
      signals.push(signal),
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('late')))
    ),
  });
  const running = start(agent);
  await expect.poll(() => signals.length).toBe(1);
  await append(agent.store, await load(agent.store, 't'), {
    type: 'cancelled',
    by: 'ada',
    at: new Date(0).toISOString(),
  });
  const { state, events } = await running;
  expect(state.status).toBe('cancelled');
  expect(signals[0]?.aborted).toBe(true);
  expect(typesOf(events)).toBe('message tool_call tool_started cancelled');
});

test('cancelling aborts the model too', cancelling, async () => {
  const { agent } = toyAgent([read]);
  const model: Agent['model'] = ({ signal }) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
  const running = start({ ...agent, model });
  await expect.poll(async () => (await agent.store.load('t')).length).toBe(1);
  await append(agent.store, await load(agent.store, 't'), {
    type: 'cancelled',
    by: 'ada',
    at: new Date(0).toISOString(),
  });
  expect(typesOf((await running).events)).toBe('message cancelled');
});

const writeTo = (n: number) => ({ intent: 'write', to: String(n) });

test.each([
  ['steps', Array.from({ length: 30 }, (_, n) => writeTo(n)), '20 steps'],
  [
    'the same step again and again',
    Array.from({ length: 30 }, () => read),
    'the same step 3 times',
  ],
  [
    'nonsense forever',
    Array.from({ length: 30 }, () => ({ intent: 'nonsense' })),
    '3 errors in a row',
  ],
])('%s ends with a person, never in a spin', async (_, steps, reason) => {
  const { agent } = toyAgent(steps, { onWrite: 'run' });
  const { state } = await start(agent);
  expect(state).toMatchObject({
    status: 'waiting_for_human',
    open: { reason: expect.stringContaining(reason) },
  });
});

test('a tool that fails again and again ends with a person', async () => {
  const steps = Array.from({ length: 9 }, (_, n) => writeTo(n));
  const { agent } = toyAgent(steps, { onWrite: 'run', run: () => Promise.reject(new Error('no')) });
  expect((await start(agent)).state.open?.reason).toContain('3 errors in a row');
});

test('a denial by the policy resets no budget: a model that insists is stopped', async () => {
  const steps = Array.from({ length: 30 }, (_, n) => writeTo(n));
  const { agent, ran } = toyAgent(steps, { onWrite: { deny: 'never on a Friday' } });
  expect((await start(agent)).state.open?.reason).toContain('20 steps');
  expect(ran).toEqual([]);
});

test('tokens are a budget, and so is the progress that the policy wants to see', async () => {
  const { agent } = toyAgent([read, done]);
  const model: Agent['model'] = () =>
    Promise.resolve({
      step: read,
      usage: { input_tokens: 900, output_tokens: 100 },
    });
  expect((await start({ ...agent, model })).state.open?.reason).toContain('1000 tokens');
  const policy = { ...agent.policy, progress: () => false };
  const other = toyAgent([done]).agent;
  expect((await start({ ...other, policy })).state.open?.reason).toContain('no progress');
});

test('a denial by the policy tells the model why, in two events', async () => {
  const { agent } = toyAgent([write, done], { onWrite: { deny: 'never on a Friday' } });
  const { events } = await start(agent);
  expect(events.slice(1, 3)).toMatchObject([
    { type: 'tool_call', awaits: 'approval', objection: { deny: 'never on a Friday' } },
    { type: 'approval', approved: false, by: 'policy', comment: 'never on a Friday' },
  ]);
  expect(agent.context(events).join('\n')).toContain('never on a Friday');
});

test('what a call waits for is decided once; editing the policy rewrites no thread', async () => {
  const { agent } = toyAgent([write, done]);
  await start(agent);
  const relaxed = { ...agent, policy: { ...agent.policy, needsApproval: () => 'run' as const } };
  expect((await advance(relaxed, 't')).state.status).toBe('waiting_for_approval');
});

test.each([
  ['ask_human', ['read t:1']],
  ['retry', ['read t:1', 'read t:1', 'read t:1']],
] as const)(
  'a long-running tool with %s and no report ends with a person',
  async (onUnknownOutcome, runs) => {
    const { agent, clock, ran } = toyAgent([read], {
      onUnknownOutcome,
      run: () => Promise.resolve(pending(60_000)),
    });
    let thread = await start(agent);
    while (thread.state.status === 'waiting_for_result') {
      expect(thread.state.open.due).toBe(new Date(clock.ms + 60_000).toISOString());
      clock.ms += 60_001;
      thread = await advance(agent, 't');
    }
    expect(thread.state).toMatchObject({ status: 'waiting_for_human', open: { call_id: 't:1' } });
    expect(ran).toEqual(runs);
  },
);

test('a request may wait forever, and a tool may take forever', async () => {
  const expiry = { afterMs: Infinity, outcome: 'denied' } as const;
  const { agent } = toyAgent([ask], { timeoutMs: Infinity, policy: { expiry } });
  expect((await start(agent)).state.open?.due).toBe('9999-12-31T00:00:00.000Z');
  const slow = toyAgent([read, done], { timeoutMs: Infinity });
  expect((await start(slow.agent)).state.status).toBe('done');
});

const thrown = () => {
  throw new Error('not for you');
};
const circular: Record<string, unknown> = {};
circular['self'] = circular;

test.each([
  ['nothing', undefined, null],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a bigint', [{ id: BigInt(1) }], [{ id: '1' }]],
  ['what is not JSON', circular, '[not JSON]'],
  ['a function', () => 1, null],
  ['a symbol', Symbol('x'), null],
  ['a map', new Map([['a', 1]]), [['a', 1]]],
  ['a set', { of: new Set([1, 2]) }, { of: [1, 2] }],
  ['an error', { went: new Error('wrong') }, { went: 'wrong' }],
  ['no number', [NaN, -0], ['NaN', 0]],
  [
    'what throws when it is read',
    Object.defineProperty({}, 'x', { enumerable: true, get: thrown }),
    '[not JSON]',
  ],
])('a tool may return %s', async (_, result, saved) => {
  const { agent } = toyAgent([read, done], { run: () => Promise.resolve(result) });
  expect((await start(agent)).events).toContainEqual(
    expect.objectContaining({ type: 'tool_result', result: saved }),
  );
});

test('a saved call whose tool has gone is an error that the model sees, not a crash', async () => {
  const { agent } = toyAgent([ask, done]);
  await hear(agent, 't');
  const step = { intent: 'gone' };
  const at = new Date(0).toISOString();
  await append(agent.store, await load(agent.store, 't'), {
    type: 'tool_call',
    call_id: 't:1',
    step,
    awaits: 'result',
    at,
  });
  const { events } = await advance(agent, 't');
  expect(events[3]).toMatchObject({
    type: 'tool_error',
    error: 'gone can no longer run: no tool accepts this step',
  });
});

test.each<[string, () => unknown, string]>([
  ['throws', () => fail('a typo'), 'a typo'],
  [
    'returns nothing',
    () => undefined,
    "needsApproval returned neither 'run' nor { ask } nor { deny }",
  ],
  [
    'returns another word',
    () => 'RUN',
    "needsApproval returned neither 'run' nor { ask } nor { deny }",
  ],
  [
    'returns a promise',
    () => Promise.resolve('run'),
    "needsApproval returned neither 'run' nor { ask } nor { deny }",
  ],
  [
    'gives no reason',
    () => ({ ask: 7 }),
    "needsApproval returned neither 'run' nor { ask } nor { deny }",
  ],
])(
  'a rule that %s runs nothing: a person is asked, and what was spent is saved',
  async (_, rule, why) => {
    const { agent, ran } = toyAgent([read, done], {
      policy: { needsApproval: rule as () => 'run' },
    });
    const usage = { input_tokens: 70, output_tokens: 7 };
    const model: Agent['model'] = async (request) => ({ ...(await agent.model(request)), usage });
    const { state, events } = await start({ ...agent, model });
    expect([state.status, state.usage, ran]).toEqual(['waiting_for_approval', usage, []]);
    expect(events.slice(-1)[0]).toMatchObject({ objection: { ask: `policy.ts failed: ${why}` } });
  },
);

test('progress that throws hands the thread over before the model is paid', async () => {
  const { agent } = toyAgent([read], { policy: { progress: () => fail('a typo') } });
  let asked = 0;
  const model: Agent['model'] = (request) => (asked++, agent.model(request));
  const { events } = await start({ ...agent, model });
  expect(asked).toBe(0);
  expect(events.slice(-1)[0]).toMatchObject({
    type: 'handed_over',
    reason: 'policy.ts failed: a typo: how should I go on?',
  });
});

function fail(why: string): never {
  throw new Error(why);
}

test('a tool may return a megabyte: all of it is saved, and the model sees its start', async () => {
  const { agent } = toyAgent([read, done], { run: () => Promise.resolve('x'.repeat(1_000_000)) });
  const { events } = await start(agent);
  expect(events[3]).toMatchObject({ type: 'tool_result', result: 'x'.repeat(1_000_000) });
  expect(agent.context(events).join('\n').length).toBeLessThan(100_000);
});

test.each([
  ['an error', new Error('the disk is full'), 'the disk is full'],
  ['a text', 'just so', 'just so'],
  ['nothing', undefined, 'failed without a message'],
  ['what cannot be made a text', Object.create(null), '{}'],
])('a tool may throw %s: the model is told, and goes on', async (_, thrown, error) => {
  for (const run of [
    () => Promise.reject(thrown),
    () => {
      throw thrown;
    },
  ]) {
    const { agent } = toyAgent([read, done], { run });
    const { events, state } = await start(agent);
    expect(events[3]).toMatchObject({ type: 'tool_error', error });
    expect(state.status).toBe('done');
  }
});

test('the signal of a tool that hangs fires at its timeout', async () => {
  const signals: AbortSignal[] = [];
  const { agent } = toyAgent([read], {
    onUnknownOutcome: 'ask_human',
    timeoutMs: 5,
    run: ({ signal }) => (signals.push(signal), new Promise(() => undefined)),
  });
  await start(agent);
  expect(signals.map(({ reason }) => reason)).toEqual([new UnknownOutcome('no answer in 5 ms')]);
});

test.each([
  ['nothing at all', undefined],
  ['null', null],
  ['no object', 'deploy, I guess'],
  ['no step', {}],
  ['a list of steps', { step: [read] }],
  ['a step that is a text', { step: '{"intent":"read"}' }],
  ['an unknown intent', { step: { intent: 'fly' } }],
  ['an intent of a megabyte', { step: { intent: 'x'.repeat(1_000_000) } }],
  ['wrong arguments', { step: { intent: 'write', to: 1 } }],
  ['a cycle', { step: circular }],
])(
  'a model that answers %s, forever, runs out of errors, and a person is asked',
  async (_, answer) => {
    const { agent } = toyAgent([]);
    const { events, state } = await start({
      ...agent,
      model: () => Promise.resolve(answer as never),
    });
    expect(typesOf(events)).toBe('message model_error model_error model_error handed_over');
    expect(state).toMatchObject({
      status: 'waiting_for_human',
      open: { reason: expect.stringContaining('3 errors in a row') },
    });
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(2_500);
  },
);

test.each([
  ['prose', { step: 'I would deploy it.' }, 'I would deploy it.'],
  ['an unknown intent', { step: { intent: 'fly' } }, '{"intent":"fly"}'],
  ['a refusal', { step: undefined, error: 'refused', text: 'I cannot.' }, 'I cannot.'],
  ['an empty answer', { step: undefined, error: 'empty', text: '' }, ''],
  ['a cut answer', { step: undefined, error: 'cut off', text: '{"next_' }, '{"next_'],
  ['a secret', { step: 'use tok-of-the-shop' }, 'use [secret]'],
  [
    'a secret where it is cut',
    { step: `${'x'.repeat(1_990)}tok-of-the-shop` },
    `${'x'.repeat(1_990)}[secret]`,
  ],
  [
    'a long text',
    { step: 'x'.repeat(2_100) },
    `${'x'.repeat(2_000)}\n [100 of 2100 characters cut]`,
  ],
  ['nothing', { step: undefined, error: 'no answer' }, undefined],
])('an answer that is no step is kept with its error: %s', async (_, answer, kept) => {
  vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
  const { agent } = toyAgent([]);
  const { events } = await start({ ...agent, model: () => Promise.resolve(answer) });
  vi.unstubAllEnvs();
  expect(events[1]).toMatchObject({ type: 'model_error' });
  expect(events[1] && 'answer' in events[1] ? events[1].answer : undefined).toBe(kept);
});

test('the model does not see its wrong answer again', async () => {
  const { agent } = toyAgent([]);
  const windows: string[] = [];
  const model: Model = ({ blocks }) => {
    windows.push(blocks.join());
    return Promise.resolve({ step: 'I would deploy it.' });
  };
  await start({ ...agent, model });
  expect(windows[1]).toContain('<model_error>');
  expect(windows.join()).not.toContain('I would deploy it.');
});

test('a model that never answers in time runs out of errors, and a person is asked', async () => {
  const { agent } = toyAgent([]);
  const model = () => Promise.reject(new UnknownOutcome('no answer in 120000 ms'));
  const { events, state } = await start({ ...agent, model });
  expect(typesOf(events)).toBe('message model_error model_error model_error handed_over');
  expect(events[1]).toMatchObject({ error: 'no answer in 120000 ms' });
  expect(state.status).toBe('waiting_for_human');
});

test('a model may say how long it is waited for', async () => {
  const { agent } = toyAgent([]);
  const model = Object.assign(() => new Promise<never>(() => undefined), { timeoutMs: 10 });
  const { events } = await start({ ...agent, model });
  expect(events[1]).toMatchObject({ type: 'model_error', error: 'no answer in 10 ms' });
});

test('a clock set back by a day loses no result, allows no second run, ends no wait', async () => {
  const { agent, clock, ran } = toyAgent([read, write, done], {
    run: async () => {
      clock.ms -= 86_400_000;
      await advance(agent, 't');
      return 'ok';
    },
  });
  const { events, state } = await start(agent);
  expect(ran).toEqual(['read t:1']);
  expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
  expect(state.status).toBe('waiting_for_approval');
  await append(agent.store, await load(agent.store, 't'), {
    ...approval(agent),
    call_id: 't:4',
  } as Event);
  expect((await advance(agent, 't')).state.status).toBe('done');
});

test('a clock that jumps a year ahead while a tool runs does not run it twice here', async () => {
  const { agent, clock, ran } = toyAgent([read, done], {
    onUnknownOutcome: 'ask_human',
    run: () => {
      clock.ms += 365 * 86_400_000;
      return Promise.resolve('ok');
    },
  });
  expect((await start(agent)).state.status).toBe('done');
  expect(ran).toEqual(['read t:1']);
});

test('a clock that jumps a year ahead expires a request; set right, the thread stays', async () => {
  const { agent, clock, ran } = toyAgent([write, done]);
  await start(agent);
  clock.ms += 365 * 86_400_000;
  expect((await advance(agent, 't')).state.status).toBe('done');
  clock.ms -= 365 * 86_400_000;
  expect(typesOf((await advance(agent, 't')).events)).toBe('message tool_call expired tool_call');
  expect(ran).toEqual([]);
});

test.each(['constructor', '__proto__', 'toString', ''])(
  'the model %j is in no agent.ts that does not list it',
  async (name) => {
    const { agent } = toyAgent([done], { policy: { modelFor: () => name } });
    const { events } = await start({ ...agent, models: {} });
    expect(events.slice(-1)[0]).toMatchObject({
      type: 'handed_over',
      reason: expect.stringContaining('none of that name'),
    });
  },
);

describe('a step that cannot be saved', () => {
  const deep = JSON.parse('['.repeat(6_000) + ']'.repeat(6_000));

  test.each<[string, unknown, unknown]>([
    ['is nested too deep', { ...read, note: deep }, undefined],
    ['is no object', 'a text', undefined],
    ['has a negative usage', read, { input_tokens: -1, output_tokens: 1 }],
    ['has a usage of texts', read, { input_tokens: '9', output_tokens: '9' }],
    ['has a usage of bigints', read, { input_tokens: BigInt(9), output_tokens: BigInt(9) }],
  ])('and %s is an error that counts: a person is asked in the end', async (_, step, usage) => {
    let asked = 0;
    const { agent } = toyAgent([read]);
    const model: Model = () => {
      asked += 1;
      return Promise.resolve({ step, usage: usage as Usage });
    };
    const { state } = await start({ ...agent, model });
    expect([state.status, asked]).toEqual(['waiting_for_human', 3]);
  });
});

test('what a step cost counts, also if it cannot be saved', async () => {
  const { agent } = toyAgent([]);
  const schema = z.object({ intent: z.literal('count'), to: z.coerce.bigint() });
  const usage = { input_tokens: 5, output_tokens: 1 };
  const model: Model = () => Promise.resolve({ step: { intent: 'count', to: 9 }, usage });
  const tools = { schema, actionFor: agent.tools.actionFor };
  const { state } = await start({ ...agent, tools, model });
  expect(state).toMatchObject({ status: 'waiting_for_human', usage: { input_tokens: 15 } });
});

test('a thread whose store counts other events than it has is damaged', async () => {
  let asked = 0;
  const { agent } = toyAgent([read]);
  const append: Store['append'] = (id, version, ...event) => {
    if (version > 0) return Promise.reject(new Conflict('it has another version'));
    return agent.store.append(id, version, ...event);
  };
  const store = wrapStore(agent.store, { append });
  const model: Model = (request) => (asked++, agent.model(request));
  await expect(start({ ...agent, store, model })).rejects.toThrow('t is damaged');
  expect(asked).toBe(1);
});

test('a step that its schema would change again does not run', async () => {
  const ran: number[] = [];
  const pay = tool({
    schema: z.object({
      intent: z.literal('pay'),
      cents: z.number().overwrite((amount) => amount * 100),
    }),
    timeoutMs: 1_000,
    onUnknownOutcome: 'ask_human',
    run: ({ cents }) => Promise.resolve(ran.push(cents)),
  });
  const { agent } = toyAgent([]);
  const schema = oneOf({ pay });
  const tools = { schema, actionFor: pay.action };
  const steps = [{ intent: 'pay', cents: 5 }];
  const model: Model = ({ events }) =>
    Promise.resolve({
      step: steps[events.filter(({ type }) => type === 'tool_call').length],
    });
  const paying = {
    ...agent,
    tools,
    model,
    policy: { ...agent.policy, needsApproval: () => 'run' },
  };
  const { events } = await start(paying as unknown as Agent);
  expect(ran).toEqual([]);
  expect(events.find(({ type }) => type === 'tool_error')).toMatchObject({
    error: expect.stringContaining('no tool accepts this step'),
  });
});

const failing = () => {
  throw new Error('the screen is gone');
};
test.each([
  ['is not there', failing],
  ['fails at each text', () => failing],
])('a listener that %s costs no answer', async (_, listenerFor) => {
  const usage: Usage = { input_tokens: 40, output_tokens: 2 };
  const answers = [{ step: {}, usage }, new Error('too busy'), { step: done }];
  const model: Model = ({ onText }) => {
    onText?.('{');
    const answer = answers.shift() ?? { step: done };
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const { events } = await start({ ...toyAgent([]).agent, model, listenerFor });
  expect(events.slice(1)).toMatchObject([
    { type: 'model_error', error: expect.stringContaining('not a next step'), usage },
    { type: 'model_error', error: 'too busy' },
    { type: 'tool_call', step: done },
  ]);
});
