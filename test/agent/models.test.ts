import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { advance } from '../../registry/agent/loop.ts';
import { chooseModel } from '../../registry/agent/model/choose.ts';
import type { Model } from '../../registry/agent/model/model.ts';
import { scripted } from '../../registry/agent/model/scripted.ts';
import { append, load } from '../../registry/agent/store/store.ts';
import { ask, done, hear, read, toyAgent, typesOf } from '../../registry/agent/toy-agent.ts';

let provider: LLMock;
beforeEach(async () => {
  provider = await LLMock.create({ port: 0 });
});
afterEach(() => provider.stop());

const unused = scripted(() => done);
const adapters: [string, (url: string) => Model][] = [
  ['Anthropic', (url) => chooseModel(unused, { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url })],
  ['OpenAI', (url) => chooseModel(unused, { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` })],
  ['a compatible server', (url) => chooseModel(unused, { LLM_BASE_URL: `${url}/v1`, LLM_MODEL: 'qwen3' })],
];

/** The provider says these things in order, at 20 tokens in and 5 out each. */
function say(...answers: readonly unknown[]) {
  let said = 0;
  provider.on({}, () => {
    const answer = answers[said++];
    const content = typeof answer === 'string' ? answer : JSON.stringify({ next_step: answer });
    return { content, usage: { input_tokens: 20, output_tokens: 5, prompt_tokens: 20, completion_tokens: 5 } };
  });
}

/** The text of each request's last message. */
const asked = () =>
  provider.getRequests().map(({ body }) => {
    const messages: unknown = Object(body).messages;
    const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
    return JSON.stringify(Object(last).content);
  });

test.each(adapters)('%s: an agent calls a tool, asks a person, and is done', async (_, adapter) => {
  say(read, ask, done);
  const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
  await hear(agent, 't', 'which release is live?');
  const { state } = await advance(agent, 't');
  expect(state).toMatchObject({ status: 'waiting_for_human', open: { step: ask } });

  const call_id = state.open?.call_id ?? '';
  const at = new Date(agent.now()).toISOString();
  const answer = { type: 'human_response', call_id, by: 'ada', text: 'the one on production', at } as const;
  await append(agent.store, await load(agent.store, 't'), answer);
  const { events, state: after } = await advance(agent, 't');

  expect(after.status).toBe('done');
  expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call human_response tool_call');
  const usages = events.flatMap((event) => (event.type === 'tool_call' ? [event.usage] : []));
  expect(usages).toEqual(Array.from({ length: 3 }, () => ({ input_tokens: 20, output_tokens: 5 })));
  expect(asked()).toEqual([
    expect.stringContaining('which release is live?'),
    expect.stringContaining('<tool_result>'),
    expect.stringContaining('the one on production'),
  ]);
});

test.each(adapters)('%s: a wrong answer gets one repair turn, which is paid for', async (_, adapter) => {
  say('Certainly! I will read it.', done);
  const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
  await hear(agent, 't');
  const { events } = await advance(agent, 't');
  expect(events.at(-1)).toMatchObject({
    type: 'tool_call',
    step: done,
    usage: { input_tokens: 40, output_tokens: 10 },
  });
  expect(asked()).toEqual([expect.stringContaining('go'), expect.stringContaining('That is not a next step')]);
});

test.each(adapters)('%s: wrong twice is a model error, which the model sees next', async (_, adapter) => {
  say({ intent: 'dance' }, { intent: 'dance' }, done);
  const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
  await hear(agent, 't');
  const { events } = await advance(agent, 't');
  expect(typesOf(events)).toBe('message model_error tool_call');
  expect(asked()[2]).toContain('<model_error>');
});

test.each(adapters)('%s: a provider without capacity hands the thread to a person', async (_, adapter) => {
  provider.on({}, { error: { message: 'slow down' }, status: 429, retryAfter: 60 });
  const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
  await hear(agent, 't');
  const { events, state } = await advance(agent, 't');
  expect(typesOf(events)).toBe('message model_error model_error model_error handed_over');
  expect(state.status).toBe('waiting_for_human');
  expect(events[1]).toMatchObject({ error: expect.stringMatching(/answered 429 .*: slow down$/) });
});
