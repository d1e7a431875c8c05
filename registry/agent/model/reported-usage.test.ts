import { expect, test } from 'vitest';
import { anthropic } from './anthropic.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openai } from './openai.ts';
import { toyProvider, toyRequest } from './toy-provider.ts';

const text = '{"next_step":{"intent":"done","message":"ok"}}';
/** About a third of the bytes of the request. */
const estimated = expect.toSatisfy((tokens: number) => tokens > 100 && tokens < 1_000);
const received = Math.ceil(text.length / 3);

const chat = async (usage: unknown) => {
  const choices = [{ message: { role: 'assistant', content: text }, finish_reason: 'stop' }];
  const { url } = await toyProvider({ body: { choices, usage } });
  return openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
};

test.each<[string, unknown, object]>([
  ['counts as texts', { prompt_tokens: '10', completion_tokens: '2' }, [10, 2]],
  ['counts with fractions', { prompt_tokens: 10.2, completion_tokens: 2.25 }, [11, 3]],
  ['no counts', {}, [estimated, received]],
  ['null', null, [estimated, received]],
  ['a text', 'unknown', [estimated, received]],
  ['a list', [1, 2], [estimated, received]],
  [
    'objects as counts',
    { prompt_tokens: { text: 9 }, completion_tokens: [] },
    [estimated, received],
  ],
  ['zero for a request', { prompt_tokens: 0, completion_tokens: 0 }, [estimated, 0]],
  ['no output', { prompt_tokens: 10, completion_tokens: null }, [10, received]],
  ['no output, but a total', { prompt_tokens: 10, total_tokens: 12 }, [10, 2]],
  ['no input, but a total', { completion_tokens: 2, total_tokens: 12 }, [10, 2]],
  ['a total alone', { total_tokens: 12 }, [12, 0]],
  ['a total that is too small', { prompt_tokens: 10, total_tokens: 3 }, [10, 0]],
  [
    'details that are none',
    { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: 7 },
    [10, 2],
  ],
])('a usage with %s costs no answer', async (_, reported, counts) => {
  const { step, usage } = await chat(reported);
  expect(step).toEqual({ intent: 'done', message: 'ok' });
  expect([usage?.input_tokens, usage?.output_tokens]).toEqual(counts);
});

test.each([
  ['a number', 0.003, 0.003],
  ['a text', '0.003', 0.003],
  ['an object with its total', { input_cost: 0.001, total_cost: 0.003 }, 0.003],
  ['another object', { currency: 'USD' }, undefined],
  ['null', null, undefined],
])('a cost that is %s', async (_, cost, usd) => {
  const { usage } = await chat({ prompt_tokens: 10, completion_tokens: 2, cost });
  expect(usage?.usd).toBe(usd);
});

test('without usage, tokens are estimated in every API', async () => {
  const env = { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' };
  const message = { content: [{ type: 'text', text }], stop_reason: 'end_turn' };
  const output = [{ type: 'message', content: [{ type: 'output_text', text }] }];
  const response = { status: 'completed', output };
  const claude = await toyProvider({ body: message });
  const gpt = await toyProvider({ body: response });
  const answers = [
    await anthropic({ baseUrl: claude.url }, env)(toyRequest),
    await openai({ baseUrl: gpt.url }, env)(toyRequest),
  ];
  for (const { usage } of answers) {
    expect(usage).toMatchObject({ input_tokens: estimated, output_tokens: received });
    expect(usage?.usd).toBeGreaterThan(0);
  }
});
