import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { takeMessage, type Incoming } from '../../registry/agent/channels/inbox.ts';
import { outbox } from '../../registry/agent/channels/outbox.ts';
import { toyChannel, toyPeople } from '../../registry/agent/channels/toy-channel.ts';
import { children } from '../../registry/agent/children/children.ts';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Agent, SmallAgent, TriggerHost } from '../../registry/agent/core/agent.ts';
import type { Step } from '../../registry/agent/core/event.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { cancel, start, threadIdFor } from '../../registry/agent/core/people.ts';
import { load, wrapStore, type Thread } from '../../registry/agent/core/store.ts';
import type { ToolContext } from '../../registry/agent/core/tool.ts';
import { remoteBackend } from '../../registry/agent/terminal/remote.ts';
import { toyTerminal } from '../../registry/agent/terminal/toy-terminal.ts';
import { ask, done, read, toyAgent, write } from '../../registry/agent/testing/toy-agent.ts';
import { webhookTrigger } from '../../registry/agent/webhook/trigger.ts';
import { github } from '../../registry/agent/webhook/verify.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';

const opened: { stop(): unknown }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.splice(0)) await one.stop();
});

/** An agent whose tool `read` asks the agent `small`, which takes these steps. */
function family(steps: readonly Step[], ...after: readonly Step[]) {
  const { prompt, tools, policy, model } = toyAgent(steps).agent;
  const inside: SmallAgent = { prompt: `${prompt} Be small.`, tools, policy, model };
  const small: SmallAgent = { ...inside, isPublic: true };
  const run = async ({ agents }: ToolContext) => await agents?.ask('small', { text: 'do it' });
  const { agent: toy, clock } = toyAgent([read, ...after, done], { run, longRunning: 'agents' });
  const agent: Agent = { ...toy, children: children({ small, inside }) };
  return { agent, clock };
}

async function begun(agent: Agent): Promise<Thread> {
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  return await advance(agent, id);
}

const childIn = ({ events }: Thread): string =>
  events.flatMap((event) => (event.type === 'child_started' ? event.thread : []))[0] ?? '';

describe('over HTTP', () => {
  async function served(steps: readonly Step[]) {
    const { agent } = family(steps);
    const authenticate = async () => ({ name: 'ada' });
    const server = await serveAgent({ ...agent, now: Date.now }, { authenticate });
    opened.push(server);
    return { agent, url: server.url, client: agentClient({ url: server.url }) };
  }

  test('a message may name an agent of agent.ts, and only where a thread starts', async () => {
    const { client, url } = await served([done]);
    const body = { message: 'go', agent: 'small' };
    const { id } = await client.launch(body, 'k');
    expect((await client.launch(body, 'k')).id).toBe(id);
    expect((await client.get(id)).events[0]).toMatchObject({ agent: 'small' });
    const post = async (path: string, sent: object, key = 'other') => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      const init = { method: 'POST', headers, body: JSON.stringify(sent) };
      const response = await fetch(`${url}${path}`, init);
      const { error } = (await response.json()) as { error: string };
      return `${response.status} ${error}`;
    };
    expect(await post('/threads', { ...body, agent: 'boss' })).toBe('422 There is no agent boss.');
    expect(await post('/threads', { ...body, agent: 'inside' })).toContain('422 There is no agent');
    expect(await post('/threads', { ...body, agent: '' })).toContain('400 ');
    expect(await post('/threads', { message: 'go' }, 'k')).toContain('422 This Idempotency-Key');
    expect(await post(`/threads/${id}/messages`, body)).toContain('400 ');
  });

  test('a list says which agent a thread has, and which call waits for it', async () => {
    const { client } = await served([ask]);
    const { id } = await client.launch({ message: 'go' });
    const threads = await vi.waitFor(async () => {
      const { threads: found } = await client.list();
      expect(found).toHaveLength(2);
      return found;
    });
    const parent = threads.find((one) => one.id === id);
    const child = threads.find((one) => one.id !== id);
    expect(child).toMatchObject({ agent: 'small', parent: `${id}:1`, owner: 'ada' });
    expect([parent?.agent, parent?.parent]).toEqual([undefined, undefined]);
  });

  test('a terminal far away names an agent, and shows whose child a thread is', async () => {
    const { url, client } = await served([ask]);
    const far = () => toyTerminal((screen) => remoteBackend({ url }, screen), { columns: 120 });
    expect(await far().run('--agent', 'small', 'go')).toContain('ask                Which one?');
    const { id } = await client.launch({ message: 'go' });
    await vi.waitFor(async () => expect(await far().raw('list')).toContain(`${id}-1 `));
    const listed = JSON.parse(await far().raw('list', '--json')) as { agent?: string }[];
    expect(listed.map((one) => one.agent).toSorted()).toEqual(['small', 'small', undefined]);
  });
});

describe('at the terminal', () => {
  test('a message names an agent of agent.ts', async () => {
    const { agent } = family([done]);
    const terminal = toyTerminal(agent);
    expect(await terminal.run('--agent', 'small', 'go on then')).toContain('1  done');
    expect(await terminal.run('list', '--json')).toContain('"agent": "small"');
    await expect(terminal.run('--agent', 'boss', 'go')).rejects.toThrow(
      'agent.ts has no agent boss; it has main, small, inside.',
    );
  });

  test('list and show link a thread and those that it started', async () => {
    const { agent } = family([ask]);
    const thread = await begun(agent);
    const [id, child] = [thread.id, childIn(thread)];
    const { raw } = toyTerminal(agent, { columns: 160 });
    const listed = (await raw('list')).split('\n');
    expect(listed.find((line) => line.includes(`  ${child} `))).toMatch(/waiting_for_human +ask /);
    expect(await raw('show', child)).toContain(`agent small, works for ${id}:1\n`);
    const shown = await raw('show', id);
    expect(shown).toContain(`small works in ${child}`);
    expect(shown).toContain(
      [
        'It waits for another thread. To see that, or go on:',
        `    npm start show ${child}`,
        `    npm start resume ${id}\n`,
      ].join('\n'),
    );
    expect(JSON.parse(await raw('list', '--json'))).toContainEqual(
      expect.objectContaining({ id: child, agent: 'small', parent: `${id}:1` }),
    );
  });

  test('the id of a thread in place of a call names the call of the child that asks', async () => {
    const { agent } = family([ask]);
    const thread = await begun(agent);
    const { run, raw, printed } = toyTerminal(agent);
    await expect(run('answer', thread.id, 'hi')).rejects.toThrow(`${thread.id} is not a call.`);
    expect(printed()).toContain('Answer by DATE:\n    npm start answer t_1:1 "text"');
    await expect(raw('approve', 't_no')).rejects.toThrow('There is no thread t_no.');
  });

  test('the context window and the request are those of the agent', async () => {
    const { agent } = family([ask]);
    const child = childIn(await begun(agent));
    expect(await toyTerminal(agent).raw('show', child, '--context')).toContain('Be small.');
  });

  test('a person answers a child, and the thread that waits goes on', async () => {
    const { agent } = family([ask, done], ask);
    const child = childIn(await begun(agent));
    const call = (await load(agent.store, child)).state.open?.call_id ?? '';
    const printed = await toyTerminal(agent).run('answer', call, 'the second');
    expect(printed).toContain('2  ask                Which one?');
    expect(printed).toMatch(/npm start answer t_1:\d "text"$/);
    // The report to the thread that waits is no news for people.
    expect(printed).not.toContain('parent');
  });
});

describe('by a webhook', () => {
  async function deliver(agentName: unknown) {
    vi.stubEnv('HOOK_SECRET', 'correct-horse-battery-staple');
    const { agent } = family([done]);
    const toMessage = () => ({ text: 'go', agent: agentName as string });
    const hook = { verify: github, secrets: 'HOOK_SECRET', toMessage };
    const host: TriggerHost = { agent, wake: () => undefined, log: () => undefined };
    const { fetch } = webhookTrigger({ hook })(host);
    const body = '{}';
    const hash = createHmac('sha256', 'correct-horse-battery-staple').update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${hash}`,
      'x-github-delivery': 'one',
    };
    const request = new Request('http://a.test/webhooks/hook', { method: 'POST', headers, body });
    const response = await fetch?.(request);
    const [info] = await agent.store.list({ limit: 1 });
    return [response?.status, info?.details?.agent];
  }

  test.each([
    ['small', [202, 'small']],
    ['boss', [422, undefined]],
    [7, [422, undefined]],
  ])('a delivery for the agent %s', async (name, outcome) => {
    expect(await deliver(name)).toEqual(outcome);
  });
});

describe('in a conversation of a channel', () => {
  const mention: Incoming = {
    channel: 'toy',
    account: 'toy:ADA',
    conversation: 'C1',
    key: 'C1:1',
    text: 'ship it',
    reply_to: 'ROOM',
    starts: true,
  };
  const reply = { ...mention, key: 'C1:2', text: 'the second', starts: false };

  /** A thread that a mention started, and that waits for a child. */
  async function conversation(steps: readonly Step[]) {
    const { agent: plain, clock } = family(steps);
    const { channel, toy } = toyChannel();
    const { policy } = plain;
    const people = { people: toyPeople, policy, channels: { toy: channel } };
    const agent: Agent = { ...plain, outbox: outbox(people) };
    const id = await threadIdFor('toy', 'C1');
    const take = (message: Incoming) => takeMessage(agent, toyPeople, message);
    await take(mention);
    const child = childIn(await advance(agent, id));
    const tell = async () => {
      const never = new AbortController().signal;
      for (const one of [child, id]) await agent.outbox?.send(agent, one, never);
      return toy.sent.map(({ kind, to, thread }) => [kind, to, thread]);
    };
    return { agent, clock, id, child, take, tell, load: (one: string) => load(agent.store, one) };
  }

  test('people read the question of a child where the thread came from, and one end', async () => {
    const { agent, id, child, take, tell } = await conversation([ask, done]);
    expect(await tell()).toEqual([['question', 'ROOM', child]]);
    await take(reply);
    await advance(agent, child);
    expect(await tell()).toEqual([
      ['question', 'ROOM', child],
      ['answered', 'ROOM', child],
      ['ended', 'ROOM', id],
    ]);
  });

  test('a child that fails is told by the thread that waits', async () => {
    const { agent, id, child, tell } = await conversation([write]);
    await cancel(agent, child, { by: 'bob' });
    await advance(agent, child);
    expect((await tell()).map(([kind, , thread]) => [kind, thread])).toEqual([['ended', id]]);
  });

  test('a reply answers the child that asks, once', async () => {
    const { agent, id, child, take, load } = await conversation([ask, done]);
    const threads = await Promise.all(Array.from({ length: 8 }, () => take(reply)));
    expect(new Set(threads.map((thread) => thread?.id))).toEqual(new Set([child]));
    await advance(agent, child);
    expect((await take(reply))?.id).toBe(child);
    const answers = (await load(child)).events.filter(({ type }) => type === 'human_response');
    expect(answers).toMatchObject([{ by: 'ada', text: 'the second' }]);
    const { events, state } = await load(id);
    expect(state.status).toBe('done');
    expect(events.filter(({ type }) => type === 'message')).toHaveLength(1);
  });

  test('a message looks at no child of a call that ended long ago', async () => {
    const { agent, clock, id, child, take } = await conversation([done]);
    await advance(agent, child);
    clock.ms += 3_600_001;
    const loaded: string[] = [];
    const store = wrapStore(agent.store, {
      load(one) {
        loaded.push(one);
        return agent.store.load(one);
      },
    });
    await takeMessage({ ...agent, store }, toyPeople, reply);
    expect(new Set(loaded)).toEqual(new Set([id]));
    expect((await take(reply))?.id).toBe(id);
  });

  test('a reply to a child that waits for approval steers it, and approves nothing', async () => {
    const { child, take, load } = await conversation([write, done]);
    await take({ ...reply, text: 'approved' });
    const { events, state } = await load(child);
    expect(state.status).toBe('thinking');
    expect(events.slice(-1)).toMatchObject([{ type: 'message', text: 'approved' }]);
  });

  test('a stranger speaks to no child either', async () => {
    const { child, take, load } = await conversation([ask, done]);
    const stranger = { ...reply, account: 'toy:NO-ONE' };
    await expect(take(stranger)).rejects.toThrow('may not speak here');
    expect((await load(child)).state.status).toBe('waiting_for_human');
  });
});
