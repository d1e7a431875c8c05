import { afterAll, expect, test } from 'vitest';
import { timeIn, type Agent } from '../../registry/agent/core/agent.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { start } from '../../registry/agent/core/people.ts';
import { load, type Thread } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { ask, done, write } from '../../registry/agent/testing/toy-agent.ts';
import type { Pipeline } from '../../registry/agent/workflow/flow.ts';
import * as pipelines from '../support/generated/pipelines.ts';
import * as earlier from '../support/generated/release-0.1.0/agent.js';
import { closePlaces, newFolder } from '../support/generated/store-places.ts';

afterAll(closePlaces);

const message = { channel: 'test', from: 'ada', text: 'go' };
const writes = Array.from({ length: 200 }, () => write);

/** Two versions of an agent on one folder of threads. The earlier one knows no pipelines. */
function bothVersions(pipeline: Pipeline, killed = pipeline, at = Infinity) {
  const folder = newFolder('versions');
  const store = fileStore(folder);
  const mortal = pipelines.mortal(store, at, 'after');
  const small = [ask, done, done, done];
  const first = pipelines.pipelineOn({ store: mortal.store, pipeline: killed, small });
  const next = pipelines.pipelineOn({ store, pipeline, small });
  const before = earlier.toyAgent(writes, { store: earlier.fileStore(folder) });
  return { ...next, store, before, first: first.agent, life: mortal.life };
}

const statusesOf = (family: readonly Thread[]) => family.map(({ state }) => state.status);

test('an earlier version that advances a pipeline at any save runs nothing, and a person sees it', async () => {
  for (let at = 1; at < 50; at += 1) {
    const ran: string[] = [];
    const effect = (name: string) => {
      ran.push(name);
      return name === 'fail' ? Promise.reject(new Error('no disk')) : Promise.resolve(name);
    };
    const first = (name: string) =>
      here.life.isDead ? Promise.reject(new Error('kill -9')) : effect(name);
    const here = bothVersions(pipelines.everything(effect), pipelines.everything(first), at);
    const { agent, clock, before, store } = here;
    const { id } = await start(agent, message);
    await advance(here.first, id).catch(() => undefined);
    await pipelines.playOn(here.first, clock, id, () => 'done').catch(() => undefined);
    before.clock.ms = clock.ms;
    for (let turn = 0; turn < 3; turn += 1) {
      for (const thread of await pipelines.familyOf(store, id)) {
        const seen = await earlier.load(before.agent.store, thread.id);
        expect(seen.events).toEqual(thread.events);
        if (thread.events.length > 0) await earlier.advance(before.agent, thread.id);
      }
      before.clock.ms += 2 * pipelines.DAY;
    }
    expect(before.ran, `save ${at}`).toEqual([]);
    clock.ms = before.clock.ms;
    const name = (question: string) =>
      pipelines.once.find((one) => question.includes(one.split(' ')[0] ?? one));
    const { thread } = await pipelines.playOn(agent, clock, id, (question) => {
      const asked = name(question);
      return asked && ran.includes(asked) ? `done ${JSON.stringify(asked)}` : 'retry';
    });
    // The earlier version took calls that it has no tools for: a person sees that.
    expect(['done', 'waiting_for_human'], `save ${at}`).toContain(thread.state.status);
    for (const one of pipelines.once)
      expect(ran.filter((other) => other === one).length, `${one}, save ${at}`).toBeLessThan(2);
  }
});

test('a child that an earlier version cancels is known to its parent within a day', async () => {
  const here = bothVersions(async ({ agentStep }) => {
    try {
      return (await agentStep('ask', 'small', 'a')).thread;
    } catch (error) {
      return error instanceof Error && error.message;
    }
  });
  const { agent, clock, before, store } = here;
  const { id } = await start(agent, message);
  await advance(agent, id);
  const [, child] = await pipelines.familyOf(store, id);
  const thread = await earlier.load(before.agent.store, child?.id ?? '');
  const event = { type: 'cancelled', by: 'bob', at: timeIn(0, agent) } as const;
  await earlier.append(before.agent.store, thread, event);
  const { ms } = await pipelines.playOn(agent, clock, id, () => 'retry');
  expect(ms).toBeLessThanOrEqual(pipelines.DAY + 1);
  expect(lastSaid(await load(store, id))).toBe('small was cancelled by bob');
});

const lastSaid = ({ events }: Thread) =>
  events.filter((event) => event.type === 'tool_call').slice(-1)[0]?.step['message'];

test('a parent that an earlier version cancels takes its children with it', async () => {
  const pipeline: Pipeline = async ({ agentStep }) => (await agentStep('a', 'small', 'a')).thread;
  const { agent, clock, before, store }: { agent: Agent } & ReturnType<typeof bothVersions> =
    bothVersions(pipeline);
  const { id } = await start(agent, message);
  await advance(agent, id);
  const thread = await earlier.load(before.agent.store, id);
  const event = { type: 'cancelled', by: 'bob', at: timeIn(0, agent) } as const;
  await earlier.append(before.agent.store, thread, event);
  clock.ms += 400 * pipelines.DAY;
  for (const one of await pipelines.familyOf(store, id)) await advance(agent, one.id);
  expect(statusesOf(await pipelines.familyOf(store, id))).toEqual(['cancelled', 'cancelled']);
});
