// @vitest-environment node
import { expect, test } from 'vitest';
import { openai } from './openai.ts';
import { bodyOf, toyProvider, toyRequest, toyStrictSchema } from './toy-provider.ts';

const env = { OPENAI_API_KEY: 'sk-canary' };
const step = { intent: 'deploy', version: '1.4.2' };
const usage = {
  input_tokens: 325,
  input_tokens_details: { cached_tokens: 300, cache_write_tokens: 20 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 332,
};
const paid = {
  model: 'gpt-6.1-terra',
  input_tokens: 325,
  output_tokens: 7,
  cached_tokens: 300,
  reasoning_tokens: 3,
  usd: (5 * 1 + 20 * 1.25 + 300 * 0.05 + 7 * 5) / 1_000_000,
};
const saying = (text: string, rest = {}) => ({
  body: {
    status: 'completed',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [] },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage,
    ...rest,
  },
});
const answer = saying(JSON.stringify({ next_step: { ...step, percent: null } }));

const body = {
  model: 'gpt-6.1-terra',
  max_output_tokens: 32_000,
  store: false,
  prompt_cache_key: expect.stringMatching(/^[\da-f]{32}$/),
  instructions: 'Ship it.',
  input: [
    { role: 'user', content: '<message>\n from: ada\n text: ship 1.4.2' },
    { role: 'user', content: '<tool_error>\n no such version' },
  ],
  text: {
    format: { type: 'json_schema', name: 'next_step', strict: true, schema: toyStrictSchema },
  },
};

test('sends exactly these bytes, and reads the answer', async () => {
  const { url, requests } = await toyProvider(answer);
  const model = openai({}, { ...env, OPENAI_BASE_URL: `${url}/v1/` });
  expect(await model(toyRequest)).toEqual({ step, usage: paid });
  const headers = { authorization: 'Bearer sk-canary', 'content-type': 'application/json' };
  expect(requests).toMatchObject([{ path: '/v1/responses', headers }]);
  expect(bodyOf(requests[0])).toEqual(body);
});

test('with a listener, it also asks for a stream, and for nothing else', async () => {
  const { url, requests } = await toyProvider(answer);
  const model = openai({}, { ...env, OPENAI_BASE_URL: url });
  for (const onText of [undefined, () => undefined]) await model({ ...toyRequest, onText });
  const [plain, streamed] = requests;
  expect(bodyOf(plain)).toEqual(body);
  expect(streamed?.body).toBe(`${plain?.body.slice(0, -1)},"stream":true}`);
  expect(streamed?.headers).toEqual(plain?.headers);
});

test('the effort can be set', async () => {
  const { url, requests } = await toyProvider(answer);
  await openai({ baseUrl: url }, { ...env, OPENAI_EFFORT: 'low' })(toyRequest);
  await openai({ baseUrl: url, effort: 'none' }, { ...env, OPENAI_EFFORT: 'low' })(toyRequest);
  expect(requests.map((request) => bodyOf(request)['reasoning'])).toEqual([
    { effort: 'low' },
    { effort: 'none' },
  ]);
});

test('the repair turn repeats the answer, and its usage counts', async () => {
  const { url, requests } = await toyProvider(saying('I would deploy it.'), answer);
  const { usage: total } = await openai({ baseUrl: url }, env)(toyRequest);
  expect(total).toMatchObject({ input_tokens: 650, output_tokens: 14, usd: 2 * paid.usd });
  expect(bodyOf(requests[1])['input']).toEqual([
    ...body.input,
    { role: 'assistant', content: 'I would deploy it.' },
    { role: 'user', content: expect.stringContaining('That is not a next step') },
  ]);
});

test.each([
  [
    'too many tokens',
    { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    'was cut off',
  ],
  [
    'a filter',
    { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    'refused to answer',
  ],
  [
    'a refusal',
    {
      output: [
        { type: 'message', content: [{ type: 'refusal', refusal: 'I cannot help with that.' }] },
      ],
    },
    'refused to answer',
  ],
  ['a failure', { status: 'failed', output: [] }, 'the answer is failed'],
  ['no text', { output: [] }, 'the answer is empty'],
])('a stop for %s is not a step, and its usage counts', async (_, rest, message) => {
  const { url } = await toyProvider(saying('', rest));
  const { step, error, usage: took } = await openai({ baseUrl: url }, env)(toyRequest);
  expect({ step, error }).toEqual({ step: undefined, error: expect.stringContaining(message) });
  expect(took).toMatchObject({ output_tokens: 7 });
});

test('the words of a refusal are kept', async () => {
  const content = [{ type: 'refusal', refusal: 'I cannot help with that.' }];
  const { url } = await toyProvider(saying('', { output: [{ type: 'message', content }] }));
  const { text } = await openai({ baseUrl: url }, env)(toyRequest);
  expect(text).toBe('I cannot help with that.');
});

const message = (text: string, rest = {}) => ({
  type: 'message',
  content: [{ type: 'output_text', text }],
  ...rest,
});
const stepText = JSON.stringify({ next_step: step });
const otherText = '{"next_step":{"intent":"done","message":"not yet"}}';

test.each([
  ['after a commentary', [message('I look it up.'), message(stepText)]],
  [
    'after a commentary with a step',
    [message(otherText, { phase: 'commentary' }), message(stepText, { phase: 'final_answer' })],
  ],
  ['in two parts', [{ ...message(''), content: message(stepText).content.flatMap(halves) }]],
])('the step is found %s', async (_, output) => {
  const { url } = await toyProvider(saying('', { output }));
  const { step: received, error } = await openai({ baseUrl: url }, env)(toyRequest);
  expect({ received, error }).toEqual({ received: step });
});

function halves({ type, text }: { type: string; text: string }) {
  return [text.slice(0, 12), text.slice(12)].map((half) => ({ type, text: half }));
}

test.each([
  ['no message', []],
  ['a message without content', [{ type: 'message', content: [] }]],
  ['a commentary only', [message(otherText, { phase: 'commentary' })]],
])('%s is an empty answer', async (_, output) => {
  const { url } = await toyProvider(saying('', { output }));
  const { error } = await openai({ baseUrl: url }, env)(toyRequest);
  expect(error).toContain('the answer is empty');
});

test('the requests of a thread have one cache key, those of others another', async () => {
  const { url, requests } = await toyProvider(answer);
  const model = openai({ baseUrl: url }, env);
  const [first = ''] = toyRequest.blocks;
  for (const blocks of [[first], [first, 'more'], ['another']]) {
    await model({ ...toyRequest, blocks });
  }
  const keys = requests.map((request) => String(bodyOf(request)['prompt_cache_key']));
  expect(keys).toEqual([keys[0], keys[0], expect.not.stringMatching(keys[0] ?? '')]);
});

test('a failure without usage is an error; what it took is estimated', async () => {
  const { url } = await toyProvider(saying('', { status: 'failed', output: [], usage: null }));
  const { error, usage: took } = await openai({ baseUrl: url }, env)(toyRequest);
  expect(error).toContain('the answer is failed');
  expect(took).toMatchObject({ input_tokens: expect.any(Number), output_tokens: 0 });
});

test('without a key, it says which variable to set', async () => {
  await expect(openai({}, { OPENAI_API_KEY: '' })(toyRequest)).rejects.toThrow(
    'OPENAI_API_KEY is not set',
  );
  expect(openai({}, {}).missing?.()).toEqual(['OPENAI_API_KEY']);
});
