import { expect, test } from 'vitest';
import * as z from 'zod';
import { helper } from '../agents/helper.ts';
import { children } from '../children/children.ts';
import type { Agent, SmallAgent } from '../core/agent.ts';
import { contextWindow } from '../core/context.ts';
import type { Step, Usage } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import type { Model } from '../core/model.ts';
import { answer, approve, cancel, start, threadThatAsks } from '../core/people.ts';
import type { Policy } from '../core/policy.ts';
import { load, type Thread } from '../core/store.ts';
import { oneOf, type Action } from '../core/tool.ts';
import { done, read, toyAgent, write } from '../testing/toy-agent.ts';
import { delegateTo } from './delegate.ts';

const tool = delegateTo({ helper: 'reads', again: 'hands it on' });
const end = { awaits: 'message' as const, schema: z.object({ intent: z.literal('done') }) };
const schema = oneOf({ delegate: tool, done: end });
const tools = {
  schema,
  actionFor: (step: z.infer<typeof schema>): Action =>
    step.intent === 'done' ? end : tool.action(step),
};
const task = 'Which release is the newest?';
const toHelper = { intent: 'delegate', to: 'helper', task } as const;
const answered = { intent: 'done_for_now', message: 'It is 1.4.2.' };

/** Plays steps in order: those of the calls that the thread has had. */
const playing =
  (steps: readonly Step[], usage?: Usage): Model =>
  ({ events }) => {
    const calls = events.filter(({ type }) => type === 'tool_call');
    return Promise.resolve({ step: steps[calls.length], ...(usage && { usage }) });
  };

type Options = { to?: Step; small?: SmallAgent; policy?: Partial<Policy> };

/** Starts an agent that delegates once. `small` takes the place of the example. */
async function play({ to = toHelper, small = withSteps([answered]), policy = {} }: Options = {}) {
  const { agent: toy, clock } = toyAgent([], { policy });
  const model = playing([to, done]);
  const again = { prompt: '', tools, policy: toy.policy, model: playing([onwards, done]) };
  const agent: Agent = {
    ...toy,
    tools,
    model,
    children: children({ helper: small, again }),
  };
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  return {
    agent,
    clock,
    thread: await advance(agent, id),
    load: (one = id) => load(toy.store, one),
  };
}

const onwards = { intent: 'delegate', to: 'again', task } as const;
const withSteps = (steps: readonly Step[], usage?: Usage): SmallAgent => ({
  ...helper,
  model: playing(steps, usage),
});
function toy(...steps: readonly Step[]): SmallAgent {
  const { prompt, tools: toys, policy, model } = toyAgent(steps).agent;
  return { prompt, tools: toys, policy, model };
}

const openCall = ({ state }: Thread) => state.open?.call_id ?? '';
const childOf = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'child_started' ? event.thread : []))[0] ?? '';
const errorsOf = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'tool_error' ? event.error : []));

test('the other agent gets the task, and its answer comes back in few words', async () => {
  const { thread, load } = await play();
  expect(thread.state.status).toBe('done');
  const child = await load(childOf(thread));
  expect(child.events[0]).toMatchObject({ agent: 'helper', text: task, from: 'ada' });
  const result = contextWindow()(thread.events)[2];
  expect(result).toBe(`<tool_result>\n message: It is 1.4.2.\n thread: ${child.id}`);
});

test('while the other agent asks a person, the thread waits', async () => {
  const question = { intent: 'request_clarification', question: 'Of which product?' };
  const { agent, thread, load } = await play({ small: withSteps([question, answered]) });
  expect(thread.state.status).toBe('waiting_for_result');
  const asking = await threadThatAsks(load, thread);
  expect(asking.state.open?.step).toEqual(question);
  await answer(agent, openCall(asking), { by: 'ada', text: 'the shop' });
  await advance(agent, asking.id);
  expect((await load()).state.status).toBe('done');
});

test('the other agent has approval rules of its own', async () => {
  const run = { needsApproval: () => 'run' as const };
  const { agent, thread, load } = await play({ small: toy(write, done), policy: run });
  const asking = await threadThatAsks(load, thread);
  expect(asking.state.open?.objection).toEqual({ ask: 'it writes' });
  await approve(agent, openCall(asking), { approved: true, by: 'bob' });
  await advance(agent, asking.id);
  expect((await load()).state.status).toBe('done');
});

test('an agent that is cancelled is an error that the model reads', async () => {
  const { agent, thread, load } = await play({ small: toy(write, done) });
  const child = childOf(thread);
  await cancel(agent, child, { by: 'bob', reason: 'too slow' });
  await advance(agent, child);
  const now = await load();
  expect(errorsOf(now)).toEqual(['helper was cancelled by bob: too slow']);
  expect([now.state.status, contextWindow()(now.events)[2]]).toEqual([
    'done',
    '<tool_error>\n helper was cancelled by bob: too slow',
  ]);
});

test('an agent that fails is an error that the model reads', async () => {
  const small = toy(write, done);
  const expiry = { afterMs: 1_000, outcome: 'failed' as const };
  const failing = { ...small, policy: { ...small.policy, expiry } };
  const { agent, clock, thread, load } = await play({ small: failing });
  clock.ms += 1_001;
  await advance(agent, childOf(thread));
  expect(errorsOf(await load())).toEqual(['helper failed: no answer in time']);
});

test('what the other agent cost counts for the budgets', async () => {
  const usage = { input_tokens: 40, output_tokens: 2, usd: 0.25 };
  const budgets = { steps: 9, errorsInARow: 3, repeats: 3, tokens: 42 };
  const { thread } = await play({ small: withSteps([answered], usage), policy: { budgets } });
  expect(thread.state).toMatchObject({
    status: 'waiting_for_human',
    usage,
    open: { reason: expect.stringContaining('42 tokens used') },
  });
});

test('a task is handed on three times at most', async () => {
  const { thread, load } = await play({ to: onwards });
  let deepest = thread;
  let depth = 0;
  for (; childOf(deepest) !== ''; depth += 1) deepest = await load(childOf(deepest));
  expect(depth).toBe(3);
  expect(errorsOf(deepest)).toEqual(['Threads start others 3 deep at most.']);
});

test.each([
  ['a name that the table lacks', { ...toHelper, to: 'boss' }],
  ['no task', { ...toHelper, task: '' }],
])('%s is not a next step', (_, step) => {
  expect(schema.safeParse(step).success).toBe(false);
});

test('without other agents in agent.ts it is an error', async () => {
  const { agent: toy } = toyAgent([]);
  const agent: Agent = { ...toy, tools, model: playing([toHelper, done]) };
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  const thread = await advance(agent, id);
  expect(errorsOf(thread)).toEqual(['agent.ts has no other agents: wire helper there']);
});

test('the model reads what each agent is for', () => {
  const { to } = tool.schema.shape;
  expect(to.description).toBe('helper: reads\nagain: hands it on');
});

test('the example takes the task, and lets no other tool run by itself', async () => {
  const { agent } = toyAgent([read]);
  const verdict = helper.policy.needsApproval(read, (await load(agent.store, 't')).state);
  expect(verdict).toEqual({ ask: 'no rule for read yet' });
});
