// @vitest-environment node
import { expect, test } from 'vitest';
import { openaiCompatible } from './openai-compatible.ts';
import {
  bodyOf,
  toyProvider,
  toyRequest,
  type ToyAnswer,
  toyStrictSchema,
} from './toy-provider.ts';

const step = { intent: 'deploy', version: '1.4.2' };
const stepText = JSON.stringify({ next_step: { ...step, percent: null } });
const usage = { prompt_tokens: 325, completion_tokens: 7, total_tokens: 332 };
const replying = (content: string | null, rest = {}, finish_reason = 'stop') => ({
  body: {
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', content, ...rest } }],
    usage,
  },
});

const body = {
  model: 'qwen3',
  messages: [
    { role: 'system', content: 'Ship it.' },
    {
      role: 'user',
      content: '<message>\n from: ada\n text: ship 1.4.2\n<tool_error>\n no such version',
    },
  ],
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'next_step', strict: true, schema: toyStrictSchema },
  },
};

test('sends exactly these bytes, and reads the answer', async () => {
  const { url, requests } = await toyProvider(replying(stepText));
  const env = { LLM_BASE_URL: `${url}/v1`, LLM_API_KEY: 'sk-canary', LLM_MODEL: 'qwen3' };
  expect(await openaiCompatible({}, env)(toyRequest)).toEqual({
    step,
    usage: { model: 'qwen3', input_tokens: 325, output_tokens: 7 },
  });
  const headers = { authorization: 'Bearer sk-canary', 'content-type': 'application/json' };
  expect(requests).toEqual([{ path: '/v1/chat/completions', headers, body: JSON.stringify(body) }]);
});

test('with a listener, it asks for a stream and its usage, and for nothing else', async () => {
  const { url, requests } = await toyProvider(replying(stepText));
  const model = openaiCompatible({ baseUrl: url, model: 'qwen3' }, {});
  for (const onText of [undefined, () => undefined]) await model({ ...toyRequest, onText });
  const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
  expect(requests.map((request) => request.body)).toEqual([body, streamed].map(json));
  expect(requests[1]?.headers).toEqual(requests[0]?.headers);
});

const json = (value: object) => JSON.stringify(value);

test('needs no key, and no usage in the answer', async () => {
  const { url, requests } = await toyProvider({
    body: { choices: [{ message: { content: stepText } }] },
  });
  const env = { LLM_BASE_URL: `${url}/v1/`, LLM_API_KEY: '', LLM_MODEL: 'qwen3' };
  const { step: received, usage } = await openaiCompatible({}, env)(toyRequest);
  expect([received, usage?.output_tokens]).toEqual([step, 22]);
  expect(usage?.input_tokens).toBeGreaterThan(200);
  expect(requests).toMatchObject([
    { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' } },
  ]);
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
});

test('options come before the environment', async () => {
  const { url, requests } = await toyProvider(replying(stepText));
  const env = { LLM_BASE_URL: 'http://127.0.0.1:9/v1', LLM_API_KEY: 'theirs', LLM_MODEL: 'theirs' };
  await openaiCompatible({ baseUrl: url, apiKey: 'mine', model: 'mine' }, env)(toyRequest);
  expect(requests).toMatchObject([
    { headers: { authorization: 'Bearer mine' }, body: expect.stringContaining('"mine"') },
  ]);
});

test('the repair turn repeats the answer', async () => {
  const { url, requests } = await toyProvider(replying('I would deploy it.'), replying(stepText));
  const { usage: total } = await openaiCompatible({ baseUrl: url, model: 'qwen3' }, {})(toyRequest);
  expect(total).toEqual({ model: 'qwen3', input_tokens: 650, output_tokens: 14 });
  expect(bodyOf(requests[1])['messages']).toEqual([
    ...body.messages,
    { role: 'assistant', content: 'I would deploy it.' },
    { role: 'user', content: expect.stringContaining('That is not a next step') },
  ]);
});

test.each([
  ['length', replying('{"next_', {}, 'length'), 'the answer was cut off'],
  [
    'a refusal',
    replying(null, { refusal: 'I cannot help with that.' }),
    'the model refused to answer',
  ],
  ['a filter', replying('', {}, 'content_filter'), 'the model refused to answer'],
])('a stop for %s is not a step, and its usage counts', async (_, answer, message) => {
  const { url } = await toyProvider(answer);
  const {
    step,
    error,
    usage: took,
  } = await openaiCompatible({ baseUrl: url, model: 'qwen3' }, {})(toyRequest);
  expect({ step, error }).toEqual({ step: undefined, error: expect.stringContaining(message) });
  expect(took).toMatchObject({ output_tokens: 7 });
});

test('the words of a refusal are kept', async () => {
  const { url } = await toyProvider(replying(null, { refusal: 'I cannot help with that.' }));
  const { text } = await openaiCompatible({ baseUrl: url, model: 'qwen3' }, {})(toyRequest);
  expect(text).toBe('I cannot help with that.');
});

const chat = (message: object, finish_reason = 'stop') => ({
  body: { choices: [{ message: { role: 'assistant', ...message }, finish_reason }], usage },
});
const part = (text: string) => ({ type: 'text', text });

test.each([
  ['a list of parts', { content: [part(stepText.slice(0, 9)), part(stepText.slice(9))] }],
  [
    'parts after thinking',
    { content: [{ type: 'thinking', thinking: [part('hm')] }, part(stepText)] },
  ],
  ['parts with an unknown one', { content: [{ type: 'reference', ids: [1] }, part(stepText)] }],
  ['an object', { content: JSON.parse(stepText) }],
  ['what was taken for thinking', { content: null, reasoning_content: stepText }],
  ['what was taken for reasoning', { content: '', reasoning: ` ${stepText}\n` }],
])('the answer is read from %s', async (_, message) => {
  const { url } = await toyProvider(chat(message));
  const { step: received, error } = await openaiCompatible(
    { baseUrl: url, model: 'm' },
    {},
  )(toyRequest);
  expect({ received, error }).toEqual({ received: step });
});

test.each([
  [{ content: '' }, 'the answer is empty'],
  [{ content: null, reasoning_content: 'I would.' }, 'its text is in reasoning_content'],
  [{ content: '', tool_calls: [{ id: 'x' }], audio: {} }, 'its text is in tool_calls'],
  [{ content: [] }, 'the answer is empty'],
])('an empty answer says where the text is: %j', async (message, error) => {
  const { url } = await toyProvider(chat(message));
  const answer = await openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
  expect(answer).toMatchObject({ step: undefined, error: expect.stringContaining(error) });
});

test.each([
  ['sensitive', 'the model refused to answer'],
  ['network_error', 'the provider failed while it answered'],
  ['insufficient_system_resource', 'the provider is overloaded'],
])('an answer that ends with %s is none', async (reason, error) => {
  const { url } = await toyProvider(chat({ content: stepText }, reason));
  const answer = await openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
  expect(answer).toMatchObject({ step: undefined, error: expect.stringContaining(error) });
});

test('no request has half a character, the repair turn neither', async () => {
  const { url, requests } = await toyProvider(
    chat({ content: 'I would say \ud83d' }),
    chat({ content: stepText }),
  );
  await openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
  expect(requests[1]?.body).toContain('I would say \ufffd');
  expect(requests[1]?.body).not.toContain('ud83d');
});

test('no choice is the answer has an unknown format', async () => {
  const { url } = await toyProvider({ body: { choices: [] } });
  const answer = openaiCompatible({ baseUrl: url, model: 'qwen3' }, {})(toyRequest);
  await expect(answer).rejects.toThrow(
    'the model server answered 200: the answer has an unknown format',
  );
});

test.each([
  [{}, 'LLM_BASE_URL is not set'],
  [{ LLM_BASE_URL: ' ', LLM_MODEL: 'qwen3' }, 'LLM_BASE_URL is not set'],
  [{ LLM_BASE_URL: 'http://127.0.0.1:9/v1' }, 'LLM_MODEL is not set'],
])('with %j, it says which variable to set', async (env, message) => {
  await expect(openaiCompatible({}, env)(toyRequest)).rejects.toThrow(message);
});

test('it says which variables are missing', () => {
  expect(openaiCompatible({}, {}).missing?.()).toEqual(['LLM_BASE_URL', 'LLM_MODEL']);
  expect(openaiCompatible({ model: 'm' }, { LLM_BASE_URL: '' }).missing?.()).toEqual([
    'LLM_BASE_URL',
  ]);
});

test.each([
  ['a negative number of tokens', { prompt_tokens: -1e9, completion_tokens: 5 }],
  ['more tokens than an integer', { prompt_tokens: 1e308, completion_tokens: 5 }],
  ['a negative cost', { prompt_tokens: 1, completion_tokens: 1, cost: -100 }],
])('a usage of %s is an error: no budget would limit the cost', async (_, usage) => {
  const { url } = await toyProvider({ body: { ...replying(stepText).body, usage } });
  const model = openaiCompatible({ baseUrl: url, model: 'qwen3' }, {});
  await expect(model(toyRequest)).rejects.toThrow(
    /the answer has an unknown format: [^]*at usage\./,
  );
});

/** About a third of the bytes of the request. */
const estimated = expect.toSatisfy((tokens: number) => tokens > 100 && tokens < 1_000);
const received = Math.ceil(stepText.length / 3);

const answerWith = async (usage: unknown) => {
  const { url } = await toyProvider({ body: { ...replying(stepText).body, usage } });
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
  ['a total alone', { total_tokens: 90 }, [90 - received, received]],
  [
    'thinking in the total only',
    { prompt_tokens: 10, completion_tokens: 2, total_tokens: 50 },
    [10, 40],
  ],
  [
    'zero for the input, but a total',
    { prompt_tokens: 0, completion_tokens: 2, total_tokens: 12 },
    [10, 2],
  ],
  ['a total that is too small', { prompt_tokens: 10, total_tokens: 3 }, [10, 0]],
  [
    'details that are none',
    { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: 7 },
    [10, 2],
  ],
])('a usage with %s costs no answer', async (_, reported, counts) => {
  const { step: taken, usage } = await answerWith(reported);
  expect(taken).toEqual(step);
  expect([usage?.input_tokens, usage?.output_tokens]).toEqual(counts);
});

test.each([
  ['a number', 0.003, 0.003],
  ['a text', '0.003', 0.003],
  ['an object with its total', { input_cost: 0.001, total_cost: 0.003 }, 0.003],
  ['another object', { currency: 'USD' }, undefined],
  ['null', null, undefined],
])('a cost that is %s', async (_, cost, usd) => {
  const { usage } = await answerWith({ prompt_tokens: 10, completion_tokens: 2, cost });
  expect(usage?.usd).toBe(usd);
});

const good = replying(stepText);
const wait = { 'retry-after': '0' };
const inChoice = [{ error: { message: 'busy', code: 502 }, finish_reason: 'error' }];
const generated = (text: string): ToyAnswer => ({
  status: 400,
  body: { error: { code: 'json_validate_failed', failed_generation: text } },
});

test.each<[string, ToyAnswer, readonly string[] | undefined]>([
  ['waits, inside a 200', { headers: wait, body: { error: { code: 429 } } }, undefined],
  ['waits, inside a choice', { headers: wait, body: { choices: inChoice } }, undefined],
  ['asks again, with what the model wrote', generated('{"next_'), ['asked again']],
  ['asks again, with nothing', generated(''), undefined],
  [
    'sends the schema as text',
    { status: 400, body: { error: { param: 'response_format' } } },
    ['the schema as text'],
  ],
])('after a failure, it %s', async (_, failure, help) => {
  const { url, requests } = await toyProvider(failure, good);
  const answer = await openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
  expect([answer.step, answer.help, requests.length]).toEqual([step, help, 2]);
});

test('what the model wrote is in the repair turn', async () => {
  const { url, requests } = await toyProvider(generated('{"next_'), good);
  await openaiCompatible({ baseUrl: url, model: 'm' }, {})(toyRequest);
  expect(requests[1]?.body).toContain('{"role":"assistant","content":"{\\"next_"}');
});

test('what the model wrote has no key, also in a failure', async () => {
  const apiKey = 'sk-0123456789abcdef';
  const { url } = await toyProvider(generated(`I use ${apiKey}.`));
  const { text } = await openaiCompatible({ baseUrl: url, model: 'm', apiKey }, {})(toyRequest);
  expect(text).toBe('I use [secret].');
});
