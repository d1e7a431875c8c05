import { expect, test, vi } from 'vitest';
import { toyPeople, tellingAgent } from '../../registry/agent/channels/toy-channel.ts';
import { children } from '../../registry/agent/children/children.ts';
import { parentOf } from '../../registry/agent/children/family.ts';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { editCall } from '../../registry/agent/core/edit.ts';
import type { Step } from '../../registry/agent/core/event.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { answer, approve, cancel, say, start } from '../../registry/agent/core/people.ts';
import { load, type Thread } from '../../registry/agent/core/store.ts';
import { fork } from '../../registry/agent/fork/fork.ts';
import {
  ask,
  done,
  read,
  toyAgent,
  typesOf,
  write,
} from '../../registry/agent/testing/toy-agent.ts';
import type { Pipeline } from '../../registry/agent/workflow/flow.ts';
import { pipelineAgent } from '../../registry/agent/workflow/pipeline.ts';

const message = { channel: 'toy', reply_to: 'ROOM', from: 'ada', text: 'go' };
const eve = { by: 'eve' };
const openCall = ({ state }: Thread) => state.open?.call_id ?? '';

/** Starts a thread of an agent. @returns its id, once it waits or has ended */
async function begin(agent: Agent): Promise<string> {
  const { id } = await start(agent, message);
  await advance(agent, id);
  return id;
}

test('a call that a person has edited is left out of a copy, with the one before it', async () => {
  const { agent } = toyAgent([write, write], { onWrite: { ask: 'two', count: 2 } });
  const id = await begin(agent);
  await editCall(agent, `${id}:1`, { step: { ...write, to: 'staging' }, by: 'ada' });
  const copy = await fork(agent, id, eve);
  expect(typesOf(copy.events)).toBe('message forked');
  expect(openCall(await advance(agent, copy.id))).toBe(`${copy.id}:2`);
});

test('a held step can be approved with other arguments', async () => {
  const { agent, ran } = toyAgent([write, done], { onWrite: 'run' });
  const copy = await fork(agent, await begin(agent), { ...eve, version: 1 });
  const waiting = await advance(agent, copy.id);
  await editCall(agent, openCall(waiting), { step: { ...write, to: 'staging' }, by: 'ada' });
  expect((await advance(agent, copy.id)).state.status).toBe('done');
  expect(ran.at(-1)).toBe(`write to staging ${copy.id}:3`);
});

/** An agent whose tool `read` asks another one, which takes the steps `small`. */
function parentAgent(small: readonly Step[]): Agent {
  const { prompt, tools, policy, model } = toyAgent(small).agent;
  const { agent } = toyAgent([read, read, done], {
    run: async ({ agents }) => await agents?.ask('small', { text: 'do it' }),
    timeoutMs: 60_000,
    longRunning: 'agents',
  });
  return { ...agent, children: children({ small: { prompt, tools, policy, model } }) };
}

test('a copy works for no parent, and leaves the children of its source alone', async () => {
  const agent = parentAgent([ask, ask, done]);
  const id = await begin(agent);
  const child = `${id}-1`;
  const statusOf = async (one: string) => (await load(agent.store, one)).state.status;
  const ofParent = await fork(agent, id, eve);
  expect(typesOf(ofParent.events)).toContain('child_started');
  await cancel(agent, ofParent.id, eve);
  expect(await statusOf(child)).toBe('waiting_for_human');
  const ofChild = await fork(agent, child, eve);
  expect(parentOf(ofChild.events)).toBeUndefined();
  const asked = await advance(agent, ofChild.id);
  await answer(agent, openCall(asked), { by: 'ada', text: 'this' });
  await advance(agent, ofChild.id);
  expect([await statusOf(child), await statusOf(id)]).toEqual([
    'waiting_for_human',
    'waiting_for_result',
  ]);
});

test('once a person approves the step, a copy has a child of its own', async () => {
  const agent = parentAgent([ask, ask, done]);
  const id = await begin(agent);
  const copy = await fork(agent, id, eve);
  const waiting = await advance(agent, copy.id);
  expect(waiting.state.status).toBe('waiting_for_approval');
  const call = openCall(waiting);
  await approve(agent, call, { approved: true, by: 'ada' });
  await advance(agent, copy.id);
  const own = await load(agent.store, call.replace(':', '-'));
  expect(own.state.status).toBe('waiting_for_human');
});

/** An agent whose model is a pipeline. */
function pipelineOf(pipeline: Pipeline): Agent {
  const { agent } = toyAgent([]);
  const plain = pipelineAgent(pipeline, { ...agent.policy, needsApproval: () => 'run' });
  return { ...agent, ...plain, policy: { ...plain.policy, approvers: ['ada'] } };
}

const ends = ({ state, events }: Thread) => {
  const last = events.filter((event) => event.type === 'tool_call').at(-1);
  return [state.status, last?.step['message'] ?? last?.step['question']];
};

test('a copy of a pipeline replays its steps, and asks how the one that ran has ended', async () => {
  const ran: string[] = [];
  const step = (name: string) => () => {
    ran.push(name);
    return name === 'two' ? new Promise<never>(() => undefined) : Promise.resolve(name);
  };
  const agent = pipelineOf(async (flow) => {
    const one = await flow.step('one', {}, step('one'));
    const two = await flow.step('two', {}, step('two'));
    return `${one} ${two}`;
  });
  const { id } = await start(agent, message);
  const running = advance(agent, id);
  await vi.waitFor(() => expect(ran).toEqual(['one', 'two']));
  const copy = await fork(agent, id, eve);
  const asked = await advance(agent, copy.id);
  expect(ends(asked)[1]).toContain('It is unknown whether two took effect.');
  await answer(agent, openCall(asked), { by: 'ada', text: 'done "2"' });
  expect(ends(await advance(agent, copy.id))).toEqual(['done', 'one 2']);
  expect(ran).toEqual(['one', 'two']);
  await cancel(agent, id, eve);
  await running;
});

test('each new step of a copied pipeline needs approval', async () => {
  const agent = pipelineOf(async ({ step }) => {
    const one = await step('one', {}, () => Promise.resolve(1));
    return one + (await step('two', {}, () => Promise.resolve(2)));
  });
  const copy = await fork(agent, await begin(agent), { ...eve, version: 4 });
  const waiting = await advance(agent, copy.id);
  expect(waiting.state).toMatchObject({
    status: 'waiting_for_approval',
    open: { step: { intent: 'two' } },
  });
  await approve(agent, openCall(waiting), { approved: true, by: 'ada' });
  expect(ends(await advance(agent, copy.id))).toEqual(['done', '3']);
});

test('the ends before a copy are not told again, and those after it go to no place', async () => {
  const people = { ...toyPeople, ends: ['toy:LOG'] };
  const { agent, toy } = tellingAgent([done, done], { people });
  const tell = (id: string) => agent.outbox?.send(agent, id, new AbortController().signal);
  const told = () => toy.sent.map(({ kind, to }) => `${kind} ${to}`);
  const id = await begin(agent);
  await tell(id);
  expect(told()).toEqual(['ended ROOM', 'ended LOG']);
  const copy = await fork(agent, id, eve);
  await tell(copy.id);
  expect(toy.sent).toHaveLength(2);
  await say(agent, copy.id, { channel: 'http', from: 'eve', text: 'again' });
  await advance(agent, copy.id);
  await tell(copy.id);
  expect(told().slice(2)).toEqual(['ended LOG']);
});
