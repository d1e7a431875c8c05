import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { advance } from '../../registry/agent/core/loop.ts';
import { chooseModel } from '../../registry/agent/model/choose.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import type { Usage } from '../../registry/agent/core/event.ts';
import { scripted } from '../../registry/agent/model/scripted.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import {
  ask,
  done,
  hear,
  read,
  toyAgent,
  typesOf,
} from '../../registry/agent/testing/toy-agent.ts';
import { say } from '../support/generated/say.ts';

let provider: LLMock;
beforeEach(async () => {
  provider = await LLMock.create({ port: 0 });
});
afterEach(() => provider.stop());

const unused = scripted(() => done);
const tokens = { input_tokens: 20, output_tokens: 5 };

/** The adapters, and what each says of one call. */
const adapters: [string, (url: string) => Model, Usage][] = [
  [
    'Anthropic',
    (url) => chooseModel(unused, { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url }),
    { ...tokens, model: 'claude-sonnet-5-5', cached_tokens: 0, usd: 0.00009 },
  ],
  [
    'OpenAI',
    (url) => chooseModel(unused, { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    { ...tokens, model: 'gpt-6.1-terra', cached_tokens: 0, usd: 0.000045 },
  ],
  [
    'a compatible server',
    (url) => chooseModel(unused, { LLM_BASE_URL: `${url}/v1`, LLM_MODEL: 'qwen3' }),
    { ...tokens, model: 'qwen3' },
  ],
];

/** What a number of such calls took together. */
const times = (calls: number, { model: _, cached_tokens, usd, ...rest }: Usage) => ({
  input_tokens: calls * rest.input_tokens,
  output_tokens: calls * rest.output_tokens,
  ...(cached_tokens !== undefined && { cached_tokens: calls * cached_tokens }),
  ...(usd !== undefined && { usd: expect.closeTo(calls * usd, 9) }),
});

/** The text of each request's last message. */
const asked = () =>
  provider.getRequests().map(({ body }) => {
    const messages: unknown = Object(body).messages;
    const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
    return JSON.stringify(Object(last).content);
  });

test.each(adapters)(
  '%s: an agent calls a tool, asks a person, and is done',
  async (_, adapter, usage) => {
    say(provider, read, ask, done);
    const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
    await hear(agent, 't', 'which release is live?');
    const { state } = await advance(agent, 't');
    expect(state).toMatchObject({ status: 'waiting_for_human', open: { step: ask } });

    const call_id = state.open?.call_id ?? '';
    const at = new Date(agent.now()).toISOString();
    const answer = {
      type: 'human_response',
      call_id,
      by: 'ada',
      text: 'the one on production',
      at,
    } as const;
    await append(agent.store, await load(agent.store, 't'), answer);
    const { events, state: after } = await advance(agent, 't');

    expect(after.status).toBe('done');
    expect(typesOf(events)).toBe(
      'message tool_call tool_started tool_result tool_call human_response tool_call',
    );
    const usages = events.flatMap((event) => (event.type === 'tool_call' ? [event.usage] : []));
    expect(usages).toEqual([usage, usage, usage]);
    expect(after.usage).toEqual(times(3, usage));
    expect(asked()).toEqual([
      expect.stringContaining('which release is live?'),
      expect.stringContaining('<tool_result>'),
      expect.stringContaining('the one on production'),
    ]);
  },
);

test.each(adapters)(
  '%s: a wrong answer gets one repair turn, which is paid for',
  async (_, adapter, usage) => {
    say(provider, 'Certainly! I will read it.', done);
    const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
    await hear(agent, 't');
    const { events } = await advance(agent, 't');
    expect(events.at(-1)).toMatchObject({
      type: 'tool_call',
      step: done,
      usage: { model: usage.model, ...times(2, usage) },
    });
    expect(asked()).toEqual([
      expect.stringContaining('go'),
      expect.stringContaining('That is not a next step'),
    ]);
  },
);

test.each(adapters)(
  '%s: wrong twice is a model error, which the model sees next',
  async (_, adapter) => {
    say(provider, { intent: 'dance' }, { intent: 'dance' }, done);
    const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
    await hear(agent, 't');
    const { events } = await advance(agent, 't');
    expect(typesOf(events)).toBe('message model_error tool_call');
    expect(asked()[2]).toContain('<model_error>');
  },
);

test.each(adapters)(
  '%s: wrong without end goes to a person, with what it took',
  async (_, adapter, usage) => {
    say(provider, ...Array.from({ length: 9 }, () => ({ intent: 'dance' })));
    const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
    await hear(agent, 't');
    const { events, state } = await advance(agent, 't');
    expect(typesOf(events)).toBe('message model_error model_error model_error handed_over');
    expect(events[1]).toMatchObject({ usage: { model: usage.model, ...times(2, usage) } });
    expect(state).toMatchObject({ usage: times(6, usage), spent: { errors: 3, tokens: 150 } });
    expect(asked()).toHaveLength(6);
  },
);

test.each(adapters)(
  '%s: the budget for tokens ends it before the one for errors',
  async (_, adapter) => {
    say(provider, ...Array.from({ length: 9 }, () => ({ intent: 'dance' })));
    const { agent } = toyAgent([]);
    const policy = { ...agent.policy, budgets: { ...agent.policy.budgets, tokens: 100 } };
    const thrifty = { ...agent, policy, model: adapter(provider.url) };
    await hear(thrifty, 't');
    const { events } = await advance(thrifty, 't');
    expect(typesOf(events)).toBe('message model_error model_error handed_over');
    expect(events.at(-1)).toMatchObject({ reason: expect.stringContaining('100 tokens used') });
  },
);

test.each(adapters)(
  '%s: a provider without capacity hands the thread to a person',
  async (_, adapter) => {
    provider.on({}, { error: { message: 'slow down' }, status: 429, retryAfter: 3_600 });
    const agent = { ...toyAgent([]).agent, model: adapter(provider.url) };
    await hear(agent, 't');
    const { events, state } = await advance(agent, 't');
    expect(typesOf(events)).toBe('message model_error model_error model_error handed_over');
    expect(state.status).toBe('waiting_for_human');
    expect(events[1]).toMatchObject({
      error: expect.stringMatching(/answered 429( .*)?: slow down$/),
    });
    expect(asked()).toHaveLength(3);
  },
);
