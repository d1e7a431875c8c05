// @vitest-environment node
import { expect, test } from 'vitest';
import { anthropic } from './anthropic.ts';
import { bodyOf, toyProvider, toyRequest, toyStrictSchemaNotRequired } from './toy-provider.ts';

const env = { ANTHROPIC_API_KEY: 'sk-ant-canary' };
const step = { intent: 'deploy', version: '1.4.2' };
const content = [
  { type: 'thinking', thinking: '', signature: 'c2ln' },
  { type: 'text', text: JSON.stringify({ next_step: { ...step, percent: null } }) },
];
const usage = {
  input_tokens: 5,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 300,
  output_tokens: 7,
};
const paid = {
  model: 'claude-sonnet-5-5',
  input_tokens: 325,
  output_tokens: 7,
  cached_tokens: 300,
  usd: (5 * 2 + 20 * 2.5 + 300 * 0.1 + 7 * 10) / 1_000_000,
};
const answer = { body: { content, stop_reason: 'end_turn', usage } };

const body = {
  model: 'claude-sonnet-5-5',
  max_tokens: 32_000,
  system: 'Ship it.',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<message>\n from: ada\n text: ship 1.4.2\n' },
        {
          type: 'text',
          text: '<tool_error>\n no such version\n',
          cache_control: { type: 'ephemeral' },
        },
      ],
    },
  ],
  output_config: { format: { type: 'json_schema', schema: toyStrictSchemaNotRequired } },
};

test('sends exactly these bytes, and reads the answer', async () => {
  const { url, requests } = await toyProvider(answer);
  const model = anthropic({}, { ...env, ANTHROPIC_BASE_URL: url });
  expect(await model(toyRequest)).toEqual({ step, usage: paid });
  const headers = {
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
    'x-api-key': 'sk-ant-canary',
  };
  expect(requests).toEqual([{ path: '/v1/messages', headers, body: JSON.stringify(body) }]);
});

test('with a listener, it also asks for a stream, and for nothing else', async () => {
  const { url, requests } = await toyProvider(answer);
  const model = anthropic({}, { ...env, ANTHROPIC_BASE_URL: url });
  for (const onText of [undefined, () => undefined]) await model({ ...toyRequest, onText });
  const streamed = { ...body, stream: true };
  expect(requests.map((request) => request.body)).toEqual([body, streamed].map(json));
  expect(requests[1]?.headers).toEqual(requests[0]?.headers);
});

const json = (value: object) => JSON.stringify(value);

test('the model and the address can be chosen, in code before the environment', async () => {
  const { url, requests } = await toyProvider(answer);
  await anthropic(
    { model: 'mine', baseUrl: `${url}/` },
    { ...env, ANTHROPIC_MODEL: 'yours' },
  )(toyRequest);
  await anthropic({ baseUrl: url }, { ...env, ANTHROPIC_MODEL: 'yours' })(toyRequest);
  expect(requests.map((request) => [request.path, bodyOf(request)['model']])).toEqual([
    ['/v1/messages', 'mine'],
    ['/v1/messages', 'yours'],
  ]);
});

test('the repair turn repeats the whole answer, thinking included', async () => {
  const wrong = [content[0], { type: 'text', text: '{"next_step":{"intent":"rollback"}}' }];
  const { url, requests } = await toyProvider(
    { body: { content: wrong, stop_reason: 'end_turn', usage } },
    answer,
  );
  const { usage: total } = await anthropic({ baseUrl: url }, env)(toyRequest);
  expect(total).toEqual({
    ...paid,
    input_tokens: 650,
    output_tokens: 14,
    cached_tokens: 600,
    usd: 2 * paid.usd,
  });
  expect(bodyOf(requests[1])['messages']).toEqual([
    ...body.messages,
    { role: 'assistant', content: wrong },
    { role: 'user', content: expect.stringContaining("'deploy' | 'done'") },
  ]);
});

test.each([
  ['max_tokens', 'the answer was cut off at 32000 tokens'],
  ['model_context_window_exceeded', 'the context window is full'],
  ['refusal', 'the model refused to answer'],
])('a stop for %s is not a step, and its usage counts', async (stop_reason, message) => {
  const { url } = await toyProvider({ body: { content: [], stop_reason, usage } });
  const { step, error, usage: took } = await anthropic({ baseUrl: url }, env)(toyRequest);
  expect({ step, error }).toEqual({ step: undefined, error: expect.stringContaining(message) });
  expect(took).toMatchObject({ output_tokens: 7 });
});

test.each([{}, { ANTHROPIC_API_KEY: '' }])(
  'without a key, it says which variable to set',
  async (env) => {
    await expect(anthropic({}, env)(toyRequest)).rejects.toThrow('ANTHROPIC_API_KEY is not set');
  },
);

test('it says which variables are missing', () => {
  expect(anthropic({}, {}).missing?.()).toEqual(['ANTHROPIC_API_KEY']);
  expect(anthropic({}, { ANTHROPIC_API_KEY: 'k' }).missing?.()).toEqual([]);
  expect(anthropic({ apiKey: 'k' }, {}).missing?.()).toEqual([]);
});

test('without usage, what it took is estimated', async () => {
  const { url } = await toyProvider({ body: { content, stop_reason: 'end_turn' } });
  const { usage: took } = await anthropic({ baseUrl: url }, env)(toyRequest);
  expect(took?.input_tokens).toBeGreaterThan(100);
  expect(took?.output_tokens).toBeGreaterThan(10);
  expect(took?.usd).toBeGreaterThan(0);
});
