import type { BaseEvent } from '@ag-ui/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { agUiTrigger } from '../../registry/agent/ag-ui/trigger.ts';
import type { Agent } from '../../registry/agent/core/agent.ts';
import type { Step } from '../../registry/agent/core/event.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import type { Principal } from '../../registry/agent/server/authenticate.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { agentClient } from '../../registry/agent/client/client.ts';
import { frontEnd } from '../support/generated/ag-ui.ts';
import { askFor, chatAgent, say, type Script } from '../support/generated/chat-agent.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';

/** `x-user` names the sender. Root is the operator. */
const authenticate = ({ headers }: Request): Promise<Principal | undefined> => {
  const name = headers.get('x-user');
  return Promise.resolve(name === null ? undefined : { name, isOperator: name === 'root' });
};

async function serve(script: Script | readonly Step[], changes: Partial<Agent> = {}) {
  const agent = chatAgent(script, { triggers: { 'ag-ui': agUiTrigger }, ...changes });
  const server = await serveAgent(agent, { authenticate });
  onTestFinished(() => server.stop());
  const { url } = server;
  const fetchAs = (name: string) => (address: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    headers.set('x-user', name);
    return fetch(address, { ...init, headers });
  };
  const api = (name: string) => agentClient({ url, fetch: fetchAs(name) });
  return { agent, url, server, api, open: (name?: string) => frontEnd(url, name) };
}

/** A gate that holds the model until it is opened, such as by an event of a run. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const openAt = (type: string) => (event: BaseEvent) => event.type === type && open();
  return { opened, open: () => open(), openAt };
}

const success = { outcome: { type: 'success' }, error: undefined, warnings: [] };
const interrupted = { outcome: { type: 'interrupt' }, error: undefined };

test('a talk', async () => {
  const { open } = await serve([say('Hello.'), say('Still here.')]);
  const page = open();
  expect(await page.say('Hi')).toMatchObject(success);
  await page.say('And now?');
  expect(page.shown()).toEqual([
    'user: Hi',
    'assistant: Hello.',
    'user: And now?',
    'assistant: Still here.',
  ]);
});

const lookUp = { intent: 'look_up', order: 'o1' };
const refund = { intent: 'refund', order: 'o1', usd: 20 };
const refunded = 'call: refund {"order":"o1","usd":20}';

test('a tool and its result are shown while they happen', async () => {
  const started = gate();
  const script: Script = async (events) => {
    await started.opened;
    return events.length === 1 ? lookUp : say('It is shipped.');
  };
  const { url } = await serve(script);
  const page = frontEnd(url, 'ada', 'chat-1', started.openAt('MESSAGES_SNAPSHOT'));
  const { types, outcome } = await page.say('Where is o1?');
  expect(outcome).toEqual({ type: 'success' });
  expect(types).toEqual([
    'RUN_STARTED',
    'MESSAGES_SNAPSHOT',
    'TOOL_CALL_START',
    'TOOL_CALL_ARGS',
    'TOOL_CALL_END',
    'TOOL_CALL_RESULT',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'RUN_FINISHED',
  ]);
  expect(page.shown()).toEqual([
    'user: Where is o1?',
    'call: look_up {"order":"o1"}',
    'tool: {"order":"o1","state":"shipped"}',
    'assistant: It is shipped.',
  ]);
});

test.each([{ text: 'o1' }, 'o1'])('a question is answered with %o', async (payload) => {
  const { open } = await serve([askFor('Which one?'), say('Done.')]);
  const page = open();
  const { outcome } = await page.say('Refund it');
  expect(outcome).toEqual({
    type: 'interrupt',
    interrupts: [
      {
        id: expect.stringMatching(/^t_\w+:1$/),
        reason: 'input_required',
        message: 'Which one?',
        responseSchema: expect.objectContaining({ required: ['text'] }),
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
        metadata: { intent: 'request_clarification', arguments: { question: 'Which one?' } },
      },
    ],
  });
  expect(await page.answer(payload)).toMatchObject(success);
  expect(page.shown()).toEqual([
    'user: Refund it',
    'assistant: Which one?',
    'user: o1',
    'assistant: Done.',
  ]);
});

test('an approval names the call, the rule and the arguments', async () => {
  const { open } = await serve([refund, say('Paid.')]);
  const page = open();
  const { outcome } = await page.say('Refund o1');
  const [{ toolCallId } = {}] = page.agent.pendingInterrupts;
  expect(outcome).toMatchObject({
    interrupts: [
      {
        id: toolCallId,
        reason: 'tool_call',
        message: 'it pays money',
        responseSchema: { required: ['approved'] },
        metadata: { intent: 'refund', arguments: { order: 'o1', usd: 20 } },
      },
    ],
  });
  expect(page.shown()).toEqual(['user: Refund o1', refunded]);
});

const decisions: readonly (readonly [payload: unknown, shown: readonly string[]])[] = [
  [{ approved: true }, ['tool: 20 for o1']],
  [{ approved: true, editedArgs: { usd: 20, order: 'o1' } }, ['tool: 20 for o1']],
  [{ approved: false, comment: 'too much' }, ['tool: Denied by ada: too much']],
  [{ approved: false, comment: '', editedArgs: { usd: 1 } }, ['tool: Denied by ada.']],
  [
    { approved: true, editedArgs: { order: 'o1', usd: 5 }, comment: 'less' },
    ['tool: Edited by ada: less', 'call: refund {"order":"o1","usd":5}', 'tool: 5 for o1'],
  ],
];
test.each(decisions)('a decision %o is shown as %o', async (payload, shown) => {
  const { open } = await serve([refund]);
  const page = open();
  await page.say('Refund o1');
  expect(await page.answer(payload)).toMatchObject(success);
  expect(page.shown()).toEqual(['user: Refund o1', refunded, ...shown, 'assistant: ?']);
});

test('a request that nobody answers in time', async () => {
  const clock = { ms: Date.now() };
  const { open } = await serve([refund, say('Not paid.')], { now: () => clock.ms });
  const page = open();
  await page.say('Refund o1');
  clock.ms += 2 * 86_400_000;
  expect(await page.answer({ approved: true })).toMatchObject(success);
  expect(page.shown().slice(2)).toEqual(['tool: No answer in time.', 'assistant: Not paid.']);
});

test('a thread that fails ends the run with an error, and goes on with a message', async () => {
  const clock = { ms: Date.now() };
  const { policy } = chatAgent([]);
  const expiry = { afterMs: 1_000, outcome: 'failed' } as const;
  const { open } = await serve([refund, say('Again.')], {
    now: () => clock.ms,
    policy: { ...policy, expiry },
  });
  const page = open();
  await page.say('Refund o1');
  clock.ms += 2_000;
  const failed = { outcome: undefined, error: 'A request was not answered in time.' };
  expect(await page.look()).toMatchObject(failed);
  expect(await page.look()).toMatchObject(failed);
  expect(await page.say('Try again')).toMatchObject(success);
});

test('a thread that is cancelled elsewhere ends the run, and takes no more messages', async () => {
  const { api, url } = await serve(() => new Promise<Step>(() => undefined));
  const page = frontEnd(url, 'ada', 'chat-1', ({ type }) => {
    if (type === 'MESSAGES_SNAPSHOT') void cancel();
  });
  const cancel = async () => {
    const { threads } = await api('ada').list();
    for (const { id } of threads) await api('ada').cancel(id);
  };
  const cancelled = { outcome: { type: 'cancelled' }, error: undefined };
  expect(await page.say('Hi')).toMatchObject(cancelled);
  expect(await page.look()).toMatchObject(cancelled);
  expect((await page.say('Hi?')).error).toMatch(/409.*was cancelled. Start a new thread/);
});

test('no one puts aside the question how a call ended', async () => {
  const { agent, url } = await serve([refund, say('So it is paid.')]);
  const at = new Date().toISOString();
  const call = { call_id: 't_ran:1', at };
  const run = { attempt: 1, by: 'p', lease_until: at };
  let thread = await load(agent.store, 't_ran');
  for (const event of [
    { type: 'message', channel: 'http', from: 'ada', text: 'Refund o1', at },
    { type: 'tool_call', ...call, step: refund, awaits: 'result' },
    { type: 'tool_started', ...call, ...run },
    { type: 'handed_over', ...call, reason: 'Was it paid?' },
  ] as const)
    thread = await append(agent.store, thread, event);
  const page = frontEnd(url, 'ada', 't_ran');
  expect(await page.look()).toMatchObject(interrupted);
  expect(await page.dismiss()).toMatchObject({
    ...interrupted,
    warnings: ['t_ran:1 needs an answer of a person: it stays open.'],
  });
  expect(await page.answer('It was.')).toMatchObject(success);
  expect(page.shown()).toContain('tool: It was.');
});

test('no one puts aside the question of a budget', async () => {
  const { agent, url } = await serve([say('On.')]);
  const at = new Date().toISOString();
  let thread = await load(agent.store, 't_spent');
  for (const event of [
    { type: 'message', channel: 'http', from: 'ada', text: 'Refund o1', at },
    { type: 'handed_over', call_id: 't_spent:1', reason: '20 steps used.', at },
  ] as const)
    thread = await append(agent.store, thread, event);
  const page = frontEnd(url, 'ada', 't_spent');
  await page.look();
  expect(await page.dismiss()).toMatchObject({
    ...interrupted,
    warnings: ['t_spent:1 needs an answer of a person: it stays open.'],
  });
  expect(await page.answer('Go on.')).toMatchObject(success);
});

test('a request that was answered elsewhere first', async () => {
  const { api, open } = await serve([refund, say('Paid.')]);
  const page = open();
  await page.say('Refund o1');
  const [{ id: call_id } = { id: '' }] = page.agent.pendingInterrupts;
  await api('bob').approve(call_id.replace(/:.*/, ''), { call_id, approved: false });
  expect(await page.answer({ approved: true })).toMatchObject(success);
  expect(page.shown().slice(2)).toEqual(['tool: Denied by bob.', 'assistant: Paid.']);
});

test('a second message during a run steers the thread, and both pages see it', async () => {
  const seen = gate();
  const script: Script = async (events) => {
    if (events.length === 1) await seen.opened;
    const last = events.slice(-1)[0];
    return say(`On ${last?.type === 'message' ? last.text : '?'}.`);
  };
  const { url, open } = await serve(script);
  const page = frontEnd(url, 'ada', 'chat-1', ({ type }) => {
    if (type === 'MESSAGES_SNAPSHOT') void steer();
  });
  const other = open();
  const steer = async () => {
    await other.say('red', 'u2');
    seen.open();
  };
  expect(await page.say('blue', 'u1')).toMatchObject(success);
  const { messages } = page.agent;
  expect(page.shown()).toEqual(['user: blue', 'user: red', 'assistant: On red.']);
  await vi.waitFor(() => expect(other.shown()).toEqual(page.shown()));
  expect(other.ids()).toEqual(messages.map(({ id }) => id));
});

test('a page that comes back sees everything once, also what it had before', async () => {
  const script: Script = (events) => {
    const asked = events.filter(({ type }) => type === 'message').length;
    const isNew = events.slice(-1)[0]?.type === 'message';
    return isNew ? { ...lookUp, order: `o${asked}` } : say(`Answer ${asked}.`);
  };
  const { open } = await serve(script);
  const [page, other] = [open(), open()];
  await page.say('one', 'u1');
  await other.look();
  await other.say('two', 'u2');
  await page.look();
  await page.say('three', 'u3');
  const fresh = open();
  await fresh.look();
  expect(page.shown()).toHaveLength(12);
  expect(page.shown()).toEqual(fresh.shown());
  expect(page.ids()).toEqual(fresh.ids());
  expect(new Set(page.ids()).size).toBe(12);
  expect(page.ids().filter((id) => id.startsWith('u'))).toEqual(['u1', 'u2', 'u3']);
});

test('a message that is sent again is no second message', async () => {
  const { api, open } = await serve([say('Hello.'), say('Twice?')]);
  await open().say('Hi', 'u1');
  const again = open();
  await again.say('Hi', 'u1');
  expect(again.shown()).toEqual(['user: Hi', 'assistant: Hello.']);
  await open().say('Hi', 'u2');
  const [thread] = (await api('ada').list()).threads;
  await vi.waitFor(async () =>
    expect(await api('ada').get(thread?.id ?? '')).toMatchObject({ version: 4 }),
  );
});

test('a run without a message shows a thread as it is, or that there is none', async () => {
  const { open } = await serve([]);
  expect(await open().run()).toMatchObject({ ...success, types: expect.any(Array) });
  const page = open();
  await page.run({ resume: [{ interruptId: 't_1:1', status: 'resolved', payload: 'x' }] });
  expect(page.shown()).toEqual([]);
});

test('a result that is awaited keeps the run open', async () => {
  const { api, url } = await serve([{ intent: 'ship' }, say('Shipped.')]);
  const page = frontEnd(url, 'ada', 'chat-1', ({ type }) => {
    if (type === 'MESSAGES_SNAPSHOT') void report();
  });
  const report = async () => {
    const [{ id } = { id: '' }] = (await api('root').list()).threads;
    const { open } = await vi.waitFor(async () => {
      const thread = await api('root').get(id);
      expect(thread.status).toBe('waiting_for_result');
      return thread;
    });
    await api('root').report(id, { call_id: open?.call_id ?? '', result: 'gone' });
  };
  expect(await page.say('Ship it')).toMatchObject(success);
  expect(page.shown().slice(1)).toEqual(['call: ship {}', 'tool: gone', 'assistant: Shipped.']);
});

test('a new message takes an open request back', async () => {
  const { open } = await serve([refund, say('Fine.')]);
  const page = open();
  await page.say('Refund o1');
  page.agent.pendingInterrupts = [];
  expect(await page.say('No, leave it')).toMatchObject(success);
  const shown = ['user: Refund o1', refunded, 'tool: Taken back: ada wrote instead.'];
  expect(page.shown()).toEqual([...shown, 'user: No, leave it', 'assistant: Fine.']);
});

test('the same answer again changes nothing and shows the outcome', async () => {
  const { open, api } = await serve([refund, askFor('And now?')]);
  const page = open();
  await page.say('Refund o1');
  const [{ id: interruptId } = { id: '' }] = page.agent.pendingInterrupts;
  await page.answer({ approved: true });
  const versionOf = async () => (await api('ada').get(interruptId.replace(/:.*/, ''))).version;
  const before = [await versionOf(), page.shown()];
  const question = page.agent.pendingInterrupts;
  page.agent.pendingInterrupts = [];
  for (const approved of [true, false]) {
    const resume = [{ interruptId, status: 'resolved' as const, payload: { approved } }];
    expect(await page.run({ resume })).toMatchObject({ ...interrupted, warnings: [] });
    expect(page.agent.pendingInterrupts).toEqual(question);
    page.agent.pendingInterrupts = [];
  }
  expect([await versionOf(), page.shown()]).toEqual(before);
});

test('a request that is put aside: an approval is denied, a question gets that answer', async () => {
  const { open } = await serve([refund, askFor('Why?'), say('Bye.')]);
  const page = open();
  await page.say('Refund o1');
  expect(await page.dismiss()).toMatchObject(interrupted);
  expect(await page.dismiss()).toMatchObject(success);
  expect(page.shown().slice(2)).toEqual([
    'tool: Denied by ada: Dismissed without an answer',
    'assistant: Why?',
    'user: Dismissed without an answer',
    'assistant: Bye.',
  ]);
});

const malformed: readonly (readonly [step: Step, payload: unknown])[] = [
  ...[null, {}, { approved: 'yes' }, true, { approved: true, editedArgs: 'x' }].map(
    (payload) => [refund, payload] as const,
  ),
  [refund, { approved: true, editedArgs: { order: 'o1' } }],
  ...[null, {}, { text: 5 }, ' ', { text: '' }].map(
    (payload) => [askFor('Which?'), payload] as const,
  ),
];
test.each(malformed)(
  'to %o, the payload %o is refused, and the request stays open',
  async (step, payload) => {
    const { open } = await serve([step]);
    const page = open();
    await page.say('Go');
    const open1 = page.agent.pendingInterrupts;
    expect((await page.answer(payload)).error).toMatch(/HTTP 400: {"error":".{10,}"}/);
    expect(await page.look()).toMatchObject(interrupted);
    expect(page.agent.pendingInterrupts).toEqual(open1);
  },
);

test('an answer to an unknown request, or to one of another thread, is left out', async () => {
  const { open, url } = await serve([refund]);
  const [page, other] = [open(), frontEnd(url, 'ada', 'chat-2')];
  await page.say('Refund o1');
  await other.say('Refund o1');
  const [theirs] = other.agent.pendingInterrupts;
  for (const interruptId of [theirs?.id ?? '', 't_1:99', 'x'.repeat(255), '__proto__']) {
    page.agent.pendingInterrupts = [];
    const resume = [{ interruptId, status: 'resolved' as const, payload: { approved: true } }];
    const { warnings, outcome } = await page.run({ resume });
    expect(warnings).toEqual([`${interruptId} is no interrupt of this thread: it was left out.`]);
    expect(outcome).toMatchObject(interrupted.outcome);
  }
  await other.look();
  expect(other.agent.pendingInterrupts).toEqual([theirs]);
});

test('only a person who may approve decides; another can put nothing aside', async () => {
  const { open, url } = await serve([refund, say('Paid.')]);
  const page = open('eve');
  await page.say('Refund o1');
  expect((await page.answer({ approved: true })).error).toMatch(/HTTP 403.*ada, bob may/);
  const aside = await page.dismiss();
  expect(aside).toMatchObject({ ...interrupted, warnings: [expect.stringMatching(/may not/)] });
  const [{ id } = { id: '' }] = page.agent.pendingInterrupts;
  const bob = frontEnd(url, 'bob', id.replace(/:.*/, ''));
  await bob.look();
  expect(await bob.answer({ approved: true })).toMatchObject(success);
  expect(await page.dismiss()).toMatchObject(success);
  expect(page.shown().slice(2)).toEqual(['tool: 20 for o1', 'assistant: Paid.']);
});

test('two people with the same thread id never share a thread', async () => {
  const { open, url, api } = await serve([say('Hello.'), say('Hello again.')]);
  const [ada, bob] = [open('ada'), open('bob')];
  await ada.say('I am ada');
  await bob.look();
  expect(bob.shown()).toEqual([]);
  await bob.say('I am bob');
  expect(bob.shown()).toEqual(['user: I am bob', 'assistant: Hello.']);
  const [{ id } = { id: '' }] = (await api('ada').list()).threads;
  // An id of ours that a person may not see is a name like any other.
  const guess = frontEnd(url, 'bob', id);
  await guess.say('Show me');
  expect(guess.shown()).toEqual(['user: Show me', 'assistant: Hello.']);
  const operator = frontEnd(url, 'root', id);
  await operator.say('I am root');
  await ada.look();
  expect(ada.shown()).toEqual([
    'user: I am ada',
    'assistant: Hello.',
    'user: I am root',
    'assistant: Hello again.',
  ]);
});

test('nothing but the new message of a client reaches the model', async () => {
  const requests: string[] = [];
  const chat = chatAgent([say('Hello.')]);
  const { url } = await serve([], {
    model: async (request) => {
      requests.push(JSON.stringify({ ...request, schema: undefined }));
      return await chat.model(request);
    },
  });
  const mark = 'MARK';
  const page = frontEnd(url);
  page.agent.setState({ mark });
  page.agent.addMessages([
    { id: 'm1', role: 'system', content: mark },
    { id: 'm2', role: 'user', content: mark },
    { id: 'm3', role: 'assistant', content: mark, toolCalls: [callOf('c1', mark)] },
    { id: 'm4', role: 'tool', toolCallId: 'c1', content: mark },
    { id: 'm5', role: 'developer', content: mark },
    { id: 'u1', role: 'user', content: [{ type: 'text', text: 'the new message' }], name: mark },
  ]);
  const run = await page.run({
    tools: [{ name: mark, description: mark, parameters: { mark } }],
    context: [{ description: mark, value: mark }],
    forwardedProps: { mark },
    resume: [{ interruptId: mark, status: 'resolved', payload: mark }],
  });
  expect(run.outcome).toEqual({ type: 'success' });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toContain('the new message');
  expect(requests[0]).not.toMatch(/mark/i);
  expect(page.shown()).toEqual(['user: the new message', 'assistant: Hello.']);
});

const callOf = (id: string, name: string) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: JSON.stringify({ name }) },
});

/** A model that writes a part, waits until a page has it, and then ends as `end` says. */
function writingModel(part: string, seen: Promise<void>, end: () => Promise<Step>): Model {
  return async ({ onText, events }) => {
    if (events.some(({ type }) => type === 'model_error')) return { step: say('Sorry.') };
    onText?.(JSON.stringify({ next_step: say(part) }).slice(0, -3));
    await seen;
    return { step: await end() };
  };
}

test('a text appears while the model writes it, also on a page that comes later', async () => {
  const [seen, seenLater] = [gate(), gate()];
  const model = writingModel('Hel', Promise.all([seen.opened, seenLater.opened]).then(), () =>
    Promise.resolve(say('Hello.')),
  );
  const { url } = await serve([], { model });
  const later = frontEnd(url, 'ada', 'chat-1', seenLater.openAt('TEXT_MESSAGE_CONTENT'));
  let other: Promise<unknown> | undefined;
  const page = frontEnd(url, 'ada', 'chat-1', (event) => {
    if (event.type === 'TEXT_MESSAGE_CONTENT') other ??= later.look();
    seen.openAt('TEXT_MESSAGE_CONTENT')(event);
  });
  const { types } = await page.say('Hi');
  await other;
  expect(types.join(' ')).toBe(
    'RUN_STARTED MESSAGES_SNAPSHOT TEXT_MESSAGE_START TEXT_MESSAGE_CONTENT ' +
      'TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END RUN_FINISHED',
  );
  expect(page.shown()).toEqual(['user: Hi', 'assistant: Hello.']);
  expect(later.agent.messages).toEqual(page.agent.messages);
});

test('a text that is withdrawn leaves nothing behind', async () => {
  const seen = gate();
  const fail = () => Promise.reject(new Error('cut off'));
  const { url } = await serve([], { model: writingModel('Wro', seen.opened, fail) });
  const page = frontEnd(url, 'ada', 'chat-1', seen.openAt('TEXT_MESSAGE_CONTENT'));
  const { types } = await page.say('Hi');
  expect(types.filter((type) => type === 'MESSAGES_SNAPSHOT')).toHaveLength(2);
  expect(page.shown()).toEqual(['user: Hi', 'assistant: Sorry.']);
});

test('a run that has ended, or that its page has left, watches the thread no longer', async () => {
  const store = memoryStore();
  let watched = 0;
  const watch = () => {
    watched += 1;
    return () => void (watched -= 1);
  };
  const held = gate();
  const script: Script = async (events) => {
    if (events.length > 1) await held.opened;
    return events.length > 1 ? say('Late.') : lookUp;
  };
  const { url } = await serve(script, { store: { ...store, watch } });
  const page = frontEnd(url, 'ada', 'chat-1', ({ type }) => {
    if (type === 'TOOL_CALL_RESULT') page.agent.abortRun();
  });
  await page.say('Hi');
  await vi.waitFor(() => expect(watched).toBe(0));
  const other = frontEnd(url);
  const run = other.look();
  await vi.waitFor(() => expect(watched).toBe(1));
  held.open();
  expect(await run).toMatchObject(success);
  await vi.waitFor(() => expect(watched).toBe(0));
  expect(other.shown().slice(-1)).toEqual(['assistant: Late.']);
});

test('other arguments that the policy denies are refused with its reason', async () => {
  const { policy } = chatAgent([]);
  const { open } = await serve([refund], {
    policy: {
      ...policy,
      needsApproval: (step) => (step['usd'] === 999 ? { deny: 'too much' } : { ask: 'it pays' }),
    },
  });
  const page = open();
  await page.say('Refund o1');
  const { error } = await page.answer({ approved: true, editedArgs: { order: 'o1', usd: 999 } });
  expect(error).toMatch(/HTTP 409.*The policy denies this: too much/);
  expect(await page.look()).toMatchObject(interrupted);
});
