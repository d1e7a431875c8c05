import { expect, test } from 'vitest';
import { advance } from '../../registry/agent/core/loop.ts';
import { done, hear, read, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { answer, faultServer } from '../support/generated/fault-server.ts';
import { protocols } from '../support/generated/protocols.ts';

const M = 1_000_000;
const [anthropic, openai, compatible] = protocols;

/**
 * What each says of 1,000 tokens of input, 700 of them cached, and 80 of output, 30 of them
 * thought.
 */
const counted = [
  {
    protocol: anthropic,
    usage: {
      input_tokens: 100,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 700,
      output_tokens: 80,
      output_tokens_details: { thinking_tokens: 30 },
    },
    model: 'claude-sonnet-5-5',
    usd: (100 * 2 + 200 * 2.5 + 700 * 0.1 + 80 * 10) / M,
  },
  {
    protocol: openai,
    usage: {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 700, cache_write_tokens: 200 },
      output_tokens: 80,
      output_tokens_details: { reasoning_tokens: 30 },
    },
    model: 'gpt-6.1-terra',
    usd: (100 * 1 + 200 * 1.25 + 700 * 0.05 + 80 * 5) / M,
  },
  {
    protocol: compatible,
    usage: {
      prompt_tokens: 1_000,
      prompt_tokens_details: { cached_tokens: 700 },
      completion_tokens: 80,
      completion_tokens_details: { reasoning_tokens: 30 },
      cost: 0.003,
    },
    model: 'qwen3',
    usd: 0.003,
  },
].flatMap(({ protocol, ...rest }) =>
  protocol ? [{ ...rest, protocol, name: protocol.name }] : [],
);

const sums = { input_tokens: 1_000, output_tokens: 80, cached_tokens: 700, reasoning_tokens: 30 };

test.each(counted)(
  '$name: what a call took is on its event, and summed',
  async ({ protocol, usage, model, usd }) => {
    const say = (step: object) =>
      answer(200, { ...protocol.says(JSON.stringify({ next_step: step })), usage });
    const { url, close } = await faultServer(say(read), say(done));
    const { agent } = toyAgent([]);
    const policy = { ...agent.policy, budgets: { ...agent.policy.budgets, tokens: M } };
    const paying = { ...agent, policy, model: protocol.model(url) };
    await hear(paying, 't');
    const { events, state } = await advance(paying, 't').finally(close);
    expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
    for (const event of [events[1], events[4]])
      expect(event).toMatchObject({ usage: { ...sums, model, usd } });
    const twice = Object.fromEntries(
      Object.entries(sums).map(([name, tokens]) => [name, 2 * tokens]),
    );
    expect(state.usage).toEqual({ ...twice, usd: expect.closeTo(2 * usd, 9) });
  },
);

test.each(counted)(
  '$name: an answer is paid for, even if the repair turn finds nobody',
  async ({ protocol, usage, model, usd }) => {
    const wrong = answer(200, { ...protocol.says('I would rather not.'), usage });
    const { url, close } = await faultServer(wrong, answer(401, {}));
    const { agent } = toyAgent([]);
    const paying = { ...agent, model: protocol.model(url) };
    await hear(paying, 't');
    const { events, state } = await advance(paying, 't').finally(close);
    expect(typesOf(events)).toBe('message model_error handed_over');
    expect(events[1]).toMatchObject({
      error: expect.stringContaining('answered 401'),
      usage: { ...sums, model },
    });
    expect(state.usage.usd).toBeCloseTo(usd, 9);
  },
);

test.each(counted)(
  '$name: an answer that is none is paid for, until the budget is',
  async ({ protocol, usage, usd }) => {
    const { url, heard, close } = await faultServer(answer(200, { ...protocol.refusal, usage }));
    const { agent } = toyAgent([]);
    const budgets = { ...agent.policy.budgets, tokens: M, errorsInARow: 9, usd: 1.5 * usd };
    const thrifty = { ...agent, policy: { ...agent.policy, budgets }, model: protocol.model(url) };
    await hear(thrifty, 't');
    const { events, state } = await advance(thrifty, 't').finally(close);
    expect(typesOf(events)).toBe('message model_error model_error handed_over');
    expect(events.at(-1)).toMatchObject({ reason: expect.stringMatching(/^\$\d+\.\d+ spent/) });
    expect(state.usage.usd).toBeCloseTo(2 * usd, 9);
    expect(heard).toHaveLength(2);
  },
);
