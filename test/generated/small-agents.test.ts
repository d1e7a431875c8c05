import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { takeMessage, type Incoming } from '../../registry/agent/channels/inbox.ts';
import { outbox } from '../../registry/agent/channels/outbox.ts';
import { toyChannel, toyPeople } from '../../registry/agent/channels/toy-channel.ts';
import { children } from '../../registry/agent/children/children.ts';
import { agentToCheck, otherAgents } from '../../registry/agent/check-model/agents.ts';
import { checkModel } from '../../registry/agent/check-model/check-model.ts';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Agent, SmallAgent, TriggerHost } from '../../registry/agent/core/agent.ts';
import { UnknownOutcome } from '../../registry/agent/core/errors.ts';
import type { Step } from '../../registry/agent/core/event.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { approve, cancel, start, threadIdFor } from '../../registry/agent/core/people.ts';
import { load, wrapStore, type Thread } from '../../registry/agent/core/store.ts';
import type { ToolContext } from '../../registry/agent/core/tool.ts';
import { remoteBackend } from '../../registry/agent/terminal/remote.ts';
import { toyTerminal } from '../../registry/agent/terminal/toy-terminal.ts';
import { ask, done, read, toyAgent, write } from '../../registry/agent/testing/toy-agent.ts';
import { webhookTrigger } from '../../registry/agent/webhook/trigger.ts';
import { github } from '../../registry/agent/webhook/verify.ts';
import type { LogLine } from '../../registry/agent/worker/log.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import type { Pipeline } from '../../registry/agent/workflow/flow.ts';
import { pipelineAgent } from '../../registry/agent/workflow/pipeline.ts';
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

const childrenOf = ({ events }: Thread): readonly string[] =>
  events.flatMap((event) => (event.type === 'child_started' ? event.thread : []));
const childIn = (thread: Thread): string => childrenOf(thread)[0] ?? '';

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

  test.each([
    ['eve', 'its owner', 'eve', 403],
    ['bob', 'another approver', 'eve', 404],
    ['root', 'an operator', 'eve', 202],
    ['ada', 'an approver who owns it', 'ada', 202],
  ])('a person says how a step of a pipeline ended: %s, %s', async (as, _, owner, status) => {
    const { agent } = toyAgent([]);
    const pay: Pipeline = async ({ step }) => {
      const pays = (n: number) =>
        step('pay', { n }, () => Promise.reject(new UnknownOutcome('connection lost')));
      await Promise.all([pays(1), pays(2)]);
    };
    const main = pipelineAgent(pay, { ...agent.policy, needsApproval: () => 'run' });
    const authenticate = async ({ headers }: Request) => {
      const name = headers.get('x-user') ?? '';
      return { name, isOperator: name === 'root' };
    };
    const now = Date.now;
    const options = { authenticate };
    const server = await serveAgent({ ...agent, now, children: children({ main }) }, options);
    opened.push(server);
    const post = async (path: string, user: string, body: object) => {
      const headers = { 'content-type': 'application/json', 'x-user': user };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return await fetch(`${server.url}${path}`, init);
    };
    const { id } = (await (await post('/threads', owner, { message: 'go' })).json()) as Thread;
    const call_id = await vi.waitFor(async () => {
      const { open } = (await load(agent.store, id)).state;
      expect(open).toMatchObject({ attempt: 0, step: { about: { ended: 'unknown' } } });
      return open?.call_id;
    });
    const answered = await post(`/threads/${id}/responses`, as, { call_id, text: 'done 1' });
    expect(answered.status).toBe(status);
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

  /** A thread waits for one of `small`, which then is gone from agent.ts. */
  async function lost() {
    const { agent } = family([write, ask, done]);
    const thread = await begun(agent);
    const { small, ...others } = agent.children?.agents ?? {};
    const gone: Agent = { ...agent, children: children(others) };
    const call = (await load(agent.store, childIn(thread))).state.open?.call_id ?? '';
    return { agent, gone, small, id: thread.id, child: childIn(thread), call };
  }

  test('an agent that is gone from agent.ts is named, and nothing else is hidden', async () => {
    const { gone, id, child, call } = await lost();
    const { raw, run } = toyTerminal(gone, { columns: 160 });
    const problem =
      'It cannot go on: agents in agent.ts has no small. Bring that back, or cancel it.';
    for (const one of [id, child]) expect(await raw('show', one)).toContain(problem);
    expect(await raw('list')).toContain(child);
    const refused = `agents in agent.ts has no small: ${child} needs it.`;
    await expect(run('approve', call)).rejects.toThrow(refused);
    await expect(run('resume', id)).rejects.toThrow(refused);
    expect(await run('--agent', 'inside', 'go on then')).toContain('write');
  });

  test('an agent is named that is gone with the whole table of agents', async () => {
    const { gone, child } = await lost();
    const { children: _, ...without } = gone;
    const shown = await toyTerminal(without, { columns: 160 }).raw('show', child);
    expect(shown).toContain('It cannot go on: agent.ts has no small. Bring that back, or cancel');
    expect(shown).toContain('needs approval: it writes');
  });

  test('an agent that is back in agent.ts goes on with its threads', async () => {
    const { agent, gone, id, child, call } = await lost();
    await expect(toyTerminal(gone).run('approve', call)).rejects.toThrow('has no small');
    const { raw, run } = toyTerminal(agent, { columns: 160 });
    await run('resume', id);
    expect(await raw('show', id)).not.toContain('It cannot go on');
    expect((await load(agent.store, child)).state).toMatchObject({ status: 'waiting_for_human' });
  });

  test.each(['parent', 'child'] as const)(
    'a %s whose agent is gone can be cancelled, and reports that once',
    async (which) => {
      const { gone, id, child } = await lost();
      const { run } = toyTerminal(gone);
      await run('cancel', which === 'parent' ? id : child, 'too late');
      const ended = await load(gone.store, child);
      expect(ended.state.status).toBe('cancelled');
      expect(ended.events.filter(({ type }) => type === 'delivery')).toHaveLength(1);
      const thread = await load(gone.store, id);
      expect(thread.state.status).toBe(which === 'parent' ? 'cancelled' : 'done');
      expect(await run('resume', id)).not.toContain('has no small');
    },
  );

  test('a worker logs which agent is gone, and does the other threads', async () => {
    const { gone, child, call } = await lost();
    await approve(gone, call, { approved: true, by: 'ada' });
    const lines: LogLine[] = [];
    const log = (line: LogLine) => void lines.push(line);
    const worker = startWorker({ ...gone, now: Date.now }, { log, everyMs: Infinity });
    opened.push(worker);
    const other = await start(gone, { channel: 'a', from: 'ada', text: 'go', agent: 'inside' });
    for (const id of [child, other.id]) worker.advance(id);
    const error = expect.stringContaining('agents in agent.ts has no small');
    await vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining({ error })));
    await vi.waitFor(async () =>
      expect((await load(gone.store, other.id)).state.status).toBe('waiting_for_approval'),
    );
  });

  test('a thread whose agent is gone does not stop those beside it, and below', async () => {
    const { small, inside } = family([done]).agent.children?.agents ?? {};
    if (!small || !inside) throw new Error('there are no small agents');
    const asking = (...names: readonly string[]) => {
      const run = async ({ agents }: ToolContext) => {
        const asked = names.map((name) => agents?.ask(name, { text: name }, names[1] && name));
        return (await Promise.all(asked))[0];
      };
      return toyAgent([read, done], { run, longRunning: 'agents' }).agent;
    };
    const { prompt, tools, policy, model } = asking('inside');
    const boss: SmallAgent = { prompt, tools, policy, model };
    const agents = { inside, boss };
    const agent = asking('small', 'boss');
    const own = { ...agent, children: children({ ...agents, small }), wake: () => undefined };
    const { id } = await start(own, { channel: 'test', from: 'ada', text: 'go' });
    const [, second = ''] = childrenOf(await advance(own, id));
    const gone = { ...agent, children: children(agents) };
    await expect(advance(gone, id)).rejects.toThrow('agents in agent.ts has no small');
    const { events, state } = await load(agent.store, second);
    expect([state.status, events.slice(-1)[0]?.type]).toEqual(['done', 'delivery']);
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
    expect(printed()).toContain('Answer by DATE:\n    npm start answer t_1-1:1 "text"');
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

describe('check-model', () => {
  const pipeline = pipelineAgent(() => Promise.resolve('over'), {
    ...toyAgent([]).agent.policy,
  });
  const { agent } = family([done]);
  const { small } = agent.children?.agents ?? {};
  const wired = (more: Record<string, SmallAgent> = {}): Agent => ({
    ...agent,
    children: children({ ...agent.children?.agents, ...more }),
  });

  test('asks the agent of the messages that name none, unless that is a pipeline', () => {
    expect(agentToCheck(agent).prompt).toBe('Play.');
    expect(agentToCheck(wired(small && { main: small })).prompt).toBe('Play. Be small.');
    expect(agentToCheck(wired({ main: pipeline })).prompt).toBe('Play.');
  });

  test('asks a small agent by name, with its own prompt and tools', async () => {
    const own = agentToCheck(agent, 'small');
    expect(own).toMatchObject({ prompt: 'Play. Be small.', tools: small?.tools });
    const asked: string[] = [];
    const model: Agent['model'] = ({ system }) => {
      asked.push(system);
      return Promise.resolve({ step: done });
    };
    for await (const { what } of checkModel({ ...own, model })) expect(what).not.toBe('');
    expect(new Set(asked)).toEqual(new Set(['Play. Be small.']));
  });

  test.each([
    ['boss', 'agent.ts has no agent boss; it has main, small, inside, code.'],
    ['code', 'A script takes the steps of code. It is a pipeline.'],
  ])('does not check %s', (name, why) => {
    expect(() => agentToCheck(wired({ code: pipeline }), name)).toThrow(why);
  });

  test('names those that it did not ask', () => {
    expect(otherAgents(wired({ main: pipeline, code: pipeline }))).toEqual(['small', 'inside']);
    expect(otherAgents(toyAgent([]).agent)).toEqual([]);
  });
});
