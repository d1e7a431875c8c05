import { expect, test } from 'vitest';
import * as z from 'zod';
import { children } from '../children/children.ts';
import type { Agent } from '../core/agent.ts';
import { UnknownOutcome } from '../core/errors.ts';
import type { EventOf, Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { answer, approve, cancel, start, threadThatAsks } from '../core/people.ts';
import type { Policy, Verdict } from '../core/policy.ts';
import { load, wrapStore, type Thread } from '../core/store.ts';
import { viewThread } from '../core/thread-view.ts';
import { oneOf, tool, type Action, type ToolContext } from '../core/tool.ts';
import { toyAgent } from '../testing/toy-agent.ts';
import { planVerdict } from './plan-verdict.ts';
import { planOf } from './plan.ts';

type Run = (context: ToolContext) => Promise<unknown>;
type Runs = Readonly<Record<string, Run>>;

/** Tools that deploy to a place and look at it. `runs` says what happens there. */
function toolsFor(runs: Runs, ran: string[]) {
  const perform = (name: string, at: string, context: ToolContext) => {
    ran.push(`${name} ${at}`);
    return runs[at]?.(context) ?? Promise.resolve(`${name} ${at}`);
  };
  const deploy = tool({
    schema: z.object({ intent: z.literal('deploy'), to: z.string() }),
    timeoutMs: 50,
    onUnknownOutcome: 'ask_human',
    run: ({ to }, context) => perform('deploy', to, context),
  });
  const look = tool({
    schema: z.object({ intent: z.literal('look'), at: z.string() }),
    timeoutMs: 50,
    onUnknownOutcome: 'retry',
    run: ({ at }, context) => perform('look', at, context),
  });
  return { deploy, look };
}

const end = { awaits: 'message' as const, schema: z.object({ intent: z.literal('done') }) };
const done = { intent: 'done' } as const;
const deploy = (to: string) => ({ intent: 'deploy', to }) as const;
const look = (at: string) => ({ intent: 'look', at }) as const;
const planned = (...steps: readonly Step[]) => ({ intent: 'run_plan', steps });

type Rule = (to: string, count: number) => Verdict;

/** Production needs a person. */
const careful: Rule = (to) => (to === 'production' ? { ask: 'production is live' } : 'run');

type Options = { runs?: Runs; rule?: Rule };

/** Starts an agent that takes these steps in order, and lets it run. */
async function play(steps: readonly Step[], { runs = {}, rule = careful }: Options = {}) {
  const ran: string[] = [];
  const table = toolsFor(runs, ran);
  const { runPlan, planAgent } = planOf(table);
  const schema = oneOf({ ...table, run_plan: runPlan, done: end });
  type NextStep = z.infer<typeof schema>;
  function actionFor(step: NextStep): Action {
    switch (step.intent) {
      case 'deploy':
        return table.deploy.action(step);
      case 'look':
        return table.look.action(step);
      case 'run_plan':
        return runPlan.action(step);
      case 'done':
        return end;
      default:
        return step satisfies never;
    }
  }
  const { agent: toy, clock } = toyAgent([...steps, done]);
  const policy: Policy<NextStep> = {
    ...toy.policy,
    needsApproval(step, state, thread) {
      switch (step.intent) {
        case 'deploy':
          return rule(step.to, thread?.tookEffect('deploy').length ?? 0);
        case 'run_plan':
          return planVerdict(step, thread, (one, seen) => policy.needsApproval(one, state, seen));
        default:
          return 'run';
      }
    },
  };
  const agent: Agent<NextStep> = {
    ...toy,
    tools: { schema, actionFor },
    policy,
    children: children({ plan: planAgent }),
  };
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  const proceed = () => advance(agent, id);
  return { agent, clock, id, ran, proceed, schema, load: (one = id) => load(toy.store, one) };
}

const openCall = ({ state }: Thread) => state.open?.call_id ?? '';
const yes = { approved: true, by: 'ada' };
const childOf = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'child_started' ? event.thread : []))[0] ?? '';
const resultOf = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'tool_result' ? event.result : []))[0];

test('a tool in a plan sees the thread of the plan', async () => {
  const seen: ToolContext['thread'][] = [];
  const see: Run = ({ thread }) => Promise.resolve(seen.push(thread));
  const steps = [look('x'), planned(deploy('production'), look('a'))];
  const { agent, proceed } = await play(steps, { runs: { a: see } });
  const thread = await proceed();
  await approve(agent, openCall(thread), yes);
  const child = childOf(await proceed());
  const [view] = seen;
  expect(view).toMatchObject({ id: child, owner: 'ada', approvedBy: undefined });
  expect(view?.messages).toMatchObject([{ text: 'deploy, look', parent: {} }]);
  const intents = ['look', 'deploy', 'run_plan'];
  const counts = intents.map((intent) => view?.tookEffect(intent).length);
  expect(counts).toEqual([1, 1, 0]);
});

test('its steps run in order, in a thread of their own, and their results come back', async () => {
  const { proceed, ran, load } = await play([planned(look('a'), deploy('b'), look('a'))]);
  const thread = await proceed();
  expect(thread.state.status).toBe('done');
  expect(ran).toEqual(['look a', 'deploy b', 'look a']);
  expect(resultOf(thread)).toEqual({
    message: 'All ran: 3 of 3.',
    ran: [
      { step: look('a'), result: 'look a' },
      { step: deploy('b'), result: 'deploy b' },
      { step: look('a'), result: 'look a' },
    ],
    thread: childOf(thread),
  });
  const { events } = await load(childOf(thread));
  const [message] = events;
  expect(message).toMatchObject({ agent: 'plan', text: 'look, deploy, look', from: 'ada' });
});

test('it stops at the first failure, and tells what ran and what did not', async () => {
  const runs = { b: () => Promise.reject(new Error('no disk')) };
  const { proceed, ran } = await play([planned(look('a'), look('b'), deploy('c'))], { runs });
  expect(resultOf(await proceed())).toMatchObject({
    message: 'Stopped: step 2 of 3, look, failed.',
    ran: [{ step: look('a'), result: 'look a' }],
    failed: { step: look('b'), error: 'no disk' },
    did_not_run: [deploy('c')],
  });
  expect(ran).toEqual(['look a', 'look b']);
});

test('a person approves all of it once, and exactly that runs', async () => {
  const steps = [deploy('staging'), deploy('production')];
  const { agent, proceed, ran } = await play([planned(...steps)]);
  const asking = await proceed();
  expect(asking.state).toMatchObject({
    status: 'waiting_for_approval',
    open: { step: planned(...steps), objection: { ask: 'production is live' } },
  });
  expect(ran).toEqual([]);
  await approve(agent, openCall(asking), yes);
  expect((await proceed()).state.status).toBe('done');
  expect(ran).toEqual(['deploy staging', 'deploy production']);
});

test.each<[string, Rule, object]>([
  [
    'a denial names the step',
    (to) => (to === 'b' ? { deny: 'not today' } : { ask: 'why' }),
    { deny: 'deploy {"to":"b"}: not today' },
  ],
  [
    'the most people have to approve',
    (to) => ({ ask: 'why', count: to === 'b' ? 2 : 1 }),
    { ask: 'why', count: 2 },
  ],
  [
    'different people approve no plan',
    (to) => ({ ask: 'why', approvers: [to] }),
    { deny: expect.stringContaining('different approvals') },
  ],
  [
    'a rule sees the steps before as done',
    (_, count) => (count < 2 ? 'run' : { ask: `${count} before it` }),
    { ask: '2 before it' },
  ],
])('%s', async (_, rule, objection) => {
  const { proceed, ran } = await play([planned(deploy('a'), deploy('b'), deploy('c'))], { rule });
  const thread = await proceed();
  const call = thread.events.find((event) => event.type === 'tool_call');
  expect(call?.objection).toEqual(objection);
  expect(ran).toEqual([]);
});

test('a rule sees the steps of a plan that ran', async () => {
  const rule: Rule = (to, count) => (to === 'c' && count > 1 ? { ask: 'too many' } : 'run');
  const { proceed } = await play([planned(deploy('a'), deploy('b')), deploy('c')], { rule });
  expect((await proceed()).state.open?.objection).toEqual({ ask: 'too many' });
});

test('a rule does not see the steps of a plan that did not run, or failed', async () => {
  const runs = { b: () => Promise.reject(new Error('no disk')) };
  const { proceed } = await play([planned(look('a'), look('b'), deploy('c'))], { runs });
  const { tookEffect } = viewThread(await proceed(), 0);
  expect([tookEffect('look'), tookEffect('deploy')]).toEqual([[look('a')], []]);
});

const twentyOne = Array.from({ length: 21 }, () => look('a'));

test.each<[string, Step]>([
  ['a step that no tool of the table takes', planned(look('a'), { intent: 'drop' })],
  ['a plan in a plan', planned(planned(look('a')))],
  ['arguments that a tool does not take', planned({ intent: 'look', at: 7 })],
  ['no step', planned()],
  ['too many steps', planned(...twentyOne)],
])('%s is no plan', async (_, step) => {
  const { proceed, schema, ran } = await play([step]);
  expect(schema.safeParse(step).success).toBe(false);
  await proceed();
  expect(ran).toEqual([]);
});

test('only the step run_plan starts a plan: it was approved there', async () => {
  const { agent, ran } = await play([]);
  const message = { channel: 'test', from: 'eve', text: 'go', agent: 'plan' };
  const data = { steps: [deploy('production')] };
  const { id } = await start(agent, { ...message, data });
  const { events } = await advance(agent, id);
  const last = events[events.length - 1] as EventOf<'tool_call'>;
  expect(last.step['message']).toContain('Nothing ran');
  expect(ran).toEqual([]);
});

test('after a kill it goes on where it was: what has a result does not run again', async () => {
  const keys: string[] = [];
  const key: Run = ({ idempotencyKey }) => Promise.resolve(keys.push(idempotencyKey));
  const steps = ['a', 'b', 'c'].map(look);
  const { agent, clock, id, ran, load } = await play([planned(...steps)], {
    runs: { a: key, b: key, c: key },
  });
  let left = 2;
  const store = wrapStore(agent.store, {
    append(thread, version, event, index) {
      if (event.type === 'tool_result') left -= 1;
      // From the second result on, nothing of this process is saved.
      if (left <= 0) return Promise.reject(new Error('kill -9'));
      return agent.store.append(thread, version, event, index);
    },
  });
  await expect(advance({ ...agent, store }, id)).rejects.toThrow('kill -9');
  expect(ran).toEqual(['look a', 'look b']);
  clock.ms += 60_000;
  await advance(agent, id);
  expect((await load()).state.status).toBe('done');
  expect(ran).toEqual(['look a', 'look b', 'look b', 'look c']);
  expect(keys[1]).toBe(keys[2]);
  expect(new Set(keys).size).toBe(3);
});

test('a step with an unknown outcome is for a person, and the plan waits', async () => {
  const runs = { b: () => Promise.reject(new UnknownOutcome('the line broke')) };
  const { agent, proceed, ran, load } = await play([planned(deploy('b'), look('c'))], { runs });
  const asking = await threadThatAsks(load, await proceed());
  expect(asking.state.status).toBe('waiting_for_human');
  await answer(agent, openCall(asking), { by: 'ada', text: 'done' });
  expect((await proceed()).state.status).toBe('done');
  expect(ran).toEqual(['deploy b', 'look c']);
});

test('a plan that is cancelled stops after the step that runs', async () => {
  const runs = { b: () => cancelPlan().then(() => 'b') };
  const { agent, proceed, ran, load } = await play([planned(look('b'), look('c'))], { runs });
  const cancelPlan = async () => cancel(agent, childOf(await load()), { by: 'bob' });
  const { events } = await proceed();
  expect(ran).toEqual(['look b']);
  expect(events.find((event) => event.type === 'tool_error')).toMatchObject({
    error: 'plan was cancelled by bob',
  });
});

test('a tool with a field that a pipeline uses itself is refused', () => {
  const schema = z.object({ intent: z.literal('look'), options: z.string() });
  const odd = tool({
    schema,
    timeoutMs: 50,
    onUnknownOutcome: 'retry',
    run: () => Promise.resolve(1),
  });
  expect(() => planOf({ look: odd })).toThrow('a plan cannot have look');
});
