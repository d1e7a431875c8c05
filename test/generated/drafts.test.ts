import { describe, expect, onTestFinished, test } from 'vitest';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { Refused } from '../../registry/agent/core/errors.ts';
import type { Draft, Model, ModelAnswer } from '../../registry/agent/core/model.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { append, load, type Store } from '../../registry/agent/core/store.ts';
import { initial } from '../../registry/agent/core/thread.ts';
import { draftsOf } from '../../registry/agent/server/drafts.ts';
import { agentServer } from '../../registry/agent/server/server.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { ask, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';

const answer = JSON.stringify({ next_step: { intent: 'ask', question: 'Which one, please?' } });
const [middle, question] = [answer.indexOf('one'), 'Which one, please?'];

/** A model that the test leads: it says what it is given, and answers when it is told to. */
function ledModel() {
  let listen: ((text: string) => void) | undefined;
  let settle: { resolve: (answer: ModelAnswer) => void; reject: (error: Error) => void };
  let isAsked = false;
  const waiting: (() => void)[] = [];
  const model: Model = ({ onText, signal }) => {
    isAsked = true;
    listen = onText;
    for (const resume of waiting.splice(0)) resume();
    return new Promise((resolve, reject) => {
      settle = { resolve, reject };
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  };
  return {
    model,
    /** Resolves once the model has been asked. @returns whether somebody listens */
    async isAsked() {
      if (!isAsked) await new Promise<void>((resolve) => waiting.push(resolve));
      return listen !== undefined;
    },
    says: (text: string) => listen?.(text),
    answers: () => settle.resolve({ step: ask }),
    answersWrong: () => settle.resolve({ step: { intent: 'nothing' } }),
    fails: () => settle.reject(new Error('it is busy')),
  };
}

function served(authenticate?: Parameters<typeof agentServer>[1]) {
  const led = ledModel();
  const agent: Agent = { ...toyAgent([]).agent, model: led.model };
  const server = agentServer(agent, { isPrivate: true, log: () => undefined, ...authenticate });
  onTestFinished(() => void server.stop(100));
  const connect = (drafts = true) =>
    agentClient({
      url: 'http://localhost',
      fetch: (url, init) => server.fetch(new Request(url, init)),
      drafts,
    });
  return { ...led, agent, server, connect };
}

type Client = ReturnType<typeof agentClient>;

/** Follows a thread with drafts. `sees` resolves with what came, once `done` accepts it. */
function watched(client: Client, id: string) {
  const heard: string[] = [];
  const end = new AbortController();
  let check = () => undefined as void;
  const add = (one: string) => {
    heard.push(one);
    check();
  };
  const onDraft = (draft?: Draft) => add(draft ? `draft ${draft.texts['question']}` : 'no draft');
  const follow = async () => {
    for await (const { event } of client.events(id, { onDraft, signal: end.signal }))
      add(event.type);
  };
  const ended = follow();
  onTestFinished(async () => {
    end.abort();
    await ended;
  });
  return {
    heard,
    sees: (last: string) =>
      new Promise<readonly string[]>((resolve) => {
        check = () => void (heard[heard.length - 1] === last && resolve([...heard]));
        check();
      }),
  };
}

describe('the drafts of a thread reach a client', () => {
  async function started() {
    const agent = served();
    const client = agent.connect();
    const { id } = await client.launch({ message: 'go' });
    const isStreamed = await agent.isAsked();
    expect(isStreamed).toBe(true);
    const one = watched(client, id);
    await one.sees('message');
    return { ...agent, client, id, ...one };
  }

  test('while they grow, and until the step is saved', async () => {
    const { says, answers, sees } = await started();
    says(answer.slice(0, middle));
    await sees('draft Which ');
    says(answer);
    await sees(`draft ${question}`);
    answers();
    expect(await sees('tool_call')).toEqual([
      'message',
      'draft Which ',
      `draft ${question}`,
      'no draft',
      'tool_call',
    ]);
  });

  test('a client that connects late gets the text so far', async () => {
    const { says, sees, connect, id } = await started();
    says(answer.slice(0, middle));
    await sees('draft Which ');
    const late = watched(connect(), id);
    await late.sees('draft Which ');
    says(answer);
    expect(await late.sees(`draft ${question}`)).toEqual([
      'message',
      'draft Which ',
      `draft ${question}`,
    ]);
  });

  test.each<[string, (agent: Awaited<ReturnType<typeof started>>) => unknown]>([
    ['the model fails', ({ fails }) => fails()],
    ['the answer is not a step', ({ answersWrong }) => answersWrong()],
    ['the model begins again', ({ says }) => says('')],
    ['a person says more', ({ client, id }) => client.say(id, { message: 'wait' })],
    ['the thread is cancelled', ({ client, id }) => client.cancel(id)],
  ])('a draft is withdrawn when %s', async (_, act) => {
    const agent = await started();
    agent.says(answer.slice(0, middle));
    await agent.sees('draft Which ');
    await act(agent);
    const heard = await agent.sees('no draft').then(() => agent.heard);
    expect(heard.slice(0, 3)).toEqual(['message', 'draft Which ', 'no draft']);
  });

  test('what people were told meanwhile does not end a draft', async () => {
    const { says, sees, heard, agent, id } = await started();
    says(answer.slice(0, middle));
    await sees('draft Which ');
    const thread = await load(agent.store, id);
    const told: Event = {
      type: 'delivery',
      delivery: '1/asked/slack',
      attempt: 1,
      state: 'sent',
      at: new Date(0).toISOString(),
    };
    await append(agent.store, thread, told, agent);
    await sees('delivery');
    await sees('draft Which ');
    says(answer);
    await sees(`draft ${question}`);
    expect(heard).toEqual([
      'message',
      'draft Which ',
      'no draft',
      'delivery',
      'draft Which ',
      `draft ${question}`,
    ]);
  });

  test('an answer after a withdrawn one is a new draft', async () => {
    const { says, sees, heard } = await started();
    says(answer);
    await sees(`draft ${question}`);
    says('');
    await sees('no draft');
    says(answer.slice(0, middle));
    await sees('draft Which ');
    expect(heard).toEqual(['message', `draft ${question}`, 'no draft', 'draft Which ']);
  });
});

test('an answer that was lost before it was saved is no part of the next one', () => {
  const { agent } = toyAgent([]);
  const drafts = draftsOf(agent, new AbortController().signal);
  const thread = { id: 't_1', events: [], state: initial };
  const source = drafts.sourceOf(thread.id);
  onTestFinished(source.watch(() => undefined));
  const sentAfter = (text: string) => {
    drafts.listenerFor(thread)?.(text);
    const parts = source.next({ version: 0, decided: 0 }).matchAll(/^data: (.*)$/gm);
    return [...parts].map(([, data = '']) => JSON.parse(data));
  };
  expect(sentAfter(answer)).toMatchObject([{ offset: 0, text: question }]);
  expect(sentAfter(answer.slice(0, middle))).toMatchObject([
    { withdrawn: true },
    { offset: 0, text: 'Which ' },
  ]);
});

test('an agent keeps its own listener, with and without clients', async () => {
  const heard: string[] = [];
  const led = ledModel();
  const listenerFor = () => (text: string) => void heard.push(text);
  const server = agentServer(
    { ...toyAgent([]).agent, model: led.model, listenerFor },
    { isPrivate: true, log: () => undefined },
  );
  onTestFinished(() => void server.stop(100));
  const body = JSON.stringify({ message: 'go' });
  const headers = { 'content-type': 'application/json' };
  const url = 'http://localhost/threads';
  await server.fetch(new Request(url, { method: 'POST', body, headers }));
  expect(await led.isAsked()).toBe(true);
  led.says('{');
  expect(heard).toEqual(['{']);
});

test.each([
  ['server', agentServer],
  ['worker', startWorker],
])('a %s with a trigger that refuses listens to no other process', (_, open) => {
  const listening = new Set<unknown>();
  const store: Store = {
    ...memoryStore(),
    broadcast: () => undefined,
    listen(onText) {
      listening.add(onText);
      return () => listening.delete(onText);
    },
  };
  const refuse = () => {
    expect(listening.size).toBe(1);
    throw new Refused('There is no token.');
  };
  const agent: Agent = { ...toyAgent([]).agent, store, triggers: { hooks: refuse } };
  expect(() => open(agent, { log: () => undefined })).toThrow('There is no token.');
  expect(listening.size).toBe(0);
});

test('nothing is streamed, and nothing is new to a client, if no client asks for drafts', async () => {
  const agent = served();
  const client = agent.connect(false);
  const { id } = await client.launch({ message: 'go' });
  expect(await agent.isAsked()).toBe(false);
  agent.answers();
  const types: string[] = [];
  for await (const { event, status } of client.events(id)) {
    types.push(event.type);
    if (status === 'waiting_for_human') break;
  }
  expect(types).toEqual(['message', 'tool_call']);
});

test('a client that does not ask for drafts sees none beside one that does', async () => {
  const agent = served();
  const { id } = await agent.connect().launch({ message: 'go' });
  await agent.isAsked();
  const one = watched(agent.connect(), id);
  const url = `http://localhost/threads/${id}/events`;
  const { body } = await agent.server.fetch(new Request(url));
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  await one.sees('message');
  agent.says(answer);
  await one.sees(`draft ${question}`);
  agent.answers();
  let text = '';
  while (!text.includes('tool_call')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect(text).not.toContain('draft');
  expect(text).not.toContain('offset');
});

test('a person who may not see a thread sees no draft of it', async () => {
  const agent = served({
    authenticate: ({ headers }) => Promise.resolve({ name: headers.get('authorization') ?? '' }),
  });
  const client = (token: string) =>
    agentClient({
      url: 'http://localhost',
      fetch: (url, init) => agent.server.fetch(new Request(url, init)),
      drafts: true,
      token,
    });
  const { id } = await client('ada').launch({ message: 'go' });
  await agent.isAsked();
  const other = client('bob').events(id, { onDraft: () => expect.unreachable() });
  await expect(other.next()).rejects.toMatchObject({ status: 404 });
});
