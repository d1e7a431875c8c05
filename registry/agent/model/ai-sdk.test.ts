// @vitest-environment node
import { APICallError, LoadAPIKeyError } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { aiSdk } from './ai-sdk.ts';
import {
  toyProvider,
  toyRequest,
  toyStrictSchema,
  toyStrictSchemaNotRequired,
} from './toy-provider.ts';

type Generated = Awaited<ReturnType<MockLanguageModelV3['doGenerate']>>;

const step = { intent: 'deploy', version: '1.4.2' };
const usage = {
  inputTokens: { total: 325, noCache: 5, cacheRead: 300, cacheWrite: 20 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
};
const usd = (5 * 2 + 20 * 2.5 + 300 * 0.1 + 7 * 10) / 1_000_000;
const paid = { input_tokens: 325, output_tokens: 7, cached_tokens: 300, reasoning_tokens: 3 };

const generated = (
  text: string,
  unified: 'stop' | 'length' | 'content-filter' = 'stop',
): Generated => ({
  content: [{ type: 'text', text }],
  finishReason: { unified, raw: undefined },
  usage,
  warnings: [],
});
const stepText = JSON.stringify({ next_step: { ...step, percent: null } });
const answer = generated(stepText);

test('sends our own schema, and reads the answer', async () => {
  const model = new MockLanguageModelV3({ modelId: 'claude-sonnet-5-5', doGenerate: answer });
  expect(await aiSdk(model, { maxOutputTokens: 9_000 })(toyRequest)).toEqual({
    step,
    usage: { model: 'claude-sonnet-5-5', ...paid, usd },
  });
  const [one, two] = toyRequest.blocks.map((block) => ({ type: 'text', text: `${block}\n` }));
  expect(model.doGenerateCalls).toMatchObject([
    {
      prompt: [
        { role: 'system', content: 'Ship it.' },
        {
          role: 'user',
          content: [
            one,
            { ...two, providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
          ],
        },
      ],
      responseFormat: { type: 'json', name: 'next_step', schema: toyStrictSchemaNotRequired },
      maxOutputTokens: 9_000,
    },
  ]);
});

test('for other models than Claude, every field is required', async () => {
  const model = new MockLanguageModelV3({ modelId: 'gpt-6.1-terra', doGenerate: answer });
  await aiSdk(model)(toyRequest);
  expect(model.doGenerateCalls[0]?.responseFormat).toMatchObject({ schema: toyStrictSchema });
});

test('a schema that no strict mode can describe is in the instructions', async () => {
  const model = new MockLanguageModelV3({ modelId: 'm', doGenerate: answer });
  const schema = z.object({ intent: z.literal('deploy'), sizes: z.record(z.string(), z.int()) });
  await aiSdk(model)({ ...toyRequest, schema });
  const [call] = model.doGenerateCalls;
  expect(call?.prompt[0]).toMatchObject({ content: expect.stringContaining('"propertyNames"') });
  expect(call?.responseFormat).toBeUndefined();
});

test.each([
  ['anthropic/claude-sonnet-5.5', 'claude-sonnet-5.5', usd],
  ['other/unknown', 'unknown', undefined],
])('%s costs the list price of %s', async (modelId, model, usd) => {
  const { usage } = await aiSdk(new MockLanguageModelV3({ modelId, doGenerate: answer }))(
    toyRequest,
  );
  expect(usage).toEqual({ model, ...paid, usd });
});

const rounded = '{"next_step":{"intent":"deploy","version":2512292042121000001}}';

test.each([
  ['I would deploy it.', 'Invalid answer'],
  ['{"next_step":{"intent":"rollback"}}', 'Invalid discriminator value'],
  [rounded, '2512292042121000001 cannot be kept exactly as a number: write it as a text'],
])('a wrong answer gets one repair turn, whose usage counts: %s', async (wrong, why) => {
  const model = new MockLanguageModelV3({ modelId: 'm', doGenerate: [generated(wrong), answer] });
  const { step: received, usage } = await aiSdk(model)(toyRequest);
  expect([received, usage?.input_tokens, usage?.reasoning_tokens]).toEqual([step, 650, 6]);
  expect(model.doGenerateCalls[1]?.prompt.slice(2)).toMatchObject([
    { role: 'assistant', content: [{ text: wrong }] },
    {
      role: 'user',
      content: [{ text: expect.stringContaining(`That is not a next step:\n✖ ${why}`) }],
    },
  ]);
});

test.each([
  ['length', '{"next_', 'the answer was cut off: it may have no more tokens'],
  ['content-filter', '{"next_', 'the model refused to answer'],
  ['stop', '', 'the answer is empty'],
] as const)(
  'a stop for %s after "%s" is not a step, and its usage counts',
  async (reason, text, message) => {
    const model = new MockLanguageModelV3({
      modelId: 'claude-sonnet-5-5',
      doGenerate: generated(text, reason),
    });
    expect(await aiSdk(model)(toyRequest)).toEqual({
      step: undefined,
      error: `mock-provider: ${message}`,
      text,
      usage: { model: 'claude-sonnet-5-5', ...paid, usd },
    });
    expect(model.doGenerateCalls).toHaveLength(1);
  },
);

test('tokens that are not reported are estimated', async () => {
  const inputTokens = {
    total: undefined,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  };
  const outputTokens = { total: undefined, text: undefined, reasoning: undefined };
  const unreported = { ...answer, usage: { inputTokens, outputTokens } };
  const model = new MockLanguageModelV3({ modelId: 'claude-sonnet-5-5', doGenerate: unreported });
  const { usage } = await aiSdk(model)(toyRequest);
  expect(usage).toMatchObject({ output_tokens: 22, usd: expect.any(Number) });
  expect(usage?.input_tokens).toBeGreaterThan(50);
});

test('the default is the model of AI_SDK_MODEL at the gateway', async () => {
  const { url, requests } = await toyProvider({ body: answer });
  const env = {
    AI_SDK_MODEL: 'openai/gpt-6.1-terra',
    AI_GATEWAY_API_KEY: 'vck-canary',
    AI_GATEWAY_BASE_URL: url,
  };
  expect(await aiSdk(undefined, {}, env)(toyRequest)).toMatchObject({
    step,
    usage: { model: 'gpt-6.1-terra' },
  });
  const headers = {
    authorization: 'Bearer vck-canary',
    'ai-language-model-id': 'openai/gpt-6.1-terra',
  };
  expect(requests).toMatchObject([{ headers }]);
});

test('a name in code comes before the environment', async () => {
  const { url, requests } = await toyProvider({ body: answer });
  const env = {
    AI_SDK_MODEL: 'theirs/m',
    AI_GATEWAY_API_KEY: 'vck-canary',
    AI_GATEWAY_BASE_URL: url,
  };
  await aiSdk('mine/m', {}, env)(toyRequest);
  expect(requests).toMatchObject([{ headers: { 'ai-language-model-id': 'mine/m' } }]);
});

test.each([
  [
    401,
    { type: 'authentication_error', message: 'no: vck-canary' },
    /^gateway .*: is AI_GATEWAY_API_KEY right\?$/,
  ],
  [
    400,
    { type: 'invalid_request_error', message: 'what is vck-canary?' },
    /^gateway answered 400: what is \[secret\]\?$/,
  ],
])(
  'a gateway that answers %s is not retried, and its error has no key',
  async (status, error, message) => {
    const { url, requests } = await toyProvider({ status, body: { error } });
    const env = { AI_GATEWAY_API_KEY: 'vck-canary', AI_GATEWAY_BASE_URL: url };
    const asked = aiSdk('openai/gpt-6.1-terra', {}, env)(toyRequest);
    await expect(asked).rejects.toThrow(PermanentModelError);
    await expect(asked).rejects.toThrow(message);
    expect(requests).toHaveLength(1);
  },
);

test('it says which variables are missing; a language model has its own key', async () => {
  expect(aiSdk(undefined, {}, {}).missing?.()).toEqual(['AI_SDK_MODEL', 'AI_GATEWAY_API_KEY']);
  expect(aiSdk('openai/gpt-6.1-terra', {}, { AI_GATEWAY_API_KEY: ' ' }).missing?.()).toEqual([
    'AI_GATEWAY_API_KEY',
  ]);
  expect(aiSdk(new MockLanguageModelV3(), {}, {}).missing?.()).toEqual([]);
  await expect(aiSdk(undefined, {}, {})(toyRequest)).rejects.toThrow('AI_SDK_MODEL is not set');
});

test('a language model without its key is a permanent error', async () => {
  const message = 'OpenAI API key is missing.';
  const model = new MockLanguageModelV3({
    doGenerate: () => Promise.reject(new LoadAPIKeyError({ message })),
  });
  const asked = aiSdk(model, {}, {})(toyRequest);
  await expect(asked).rejects.toThrow(PermanentModelError);
  await expect(asked).rejects.toThrow(`mock-provider cannot be asked: ${message}`);
});

type StreamPart = StreamResult['stream'] extends ReadableStream<infer Part> ? Part : never;
type StreamResult = Awaited<ReturnType<MockLanguageModelV3['doStream']>>;

/** The parts of a stream: thinking, these texts, and an end. */
const partsOf = (texts: readonly string[], end: Partial<Generated> = {}): StreamPart[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: '{"next_step":{}}' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-start', id: 't' },
  ...texts.map((delta) => ({ type: 'text-delta', id: 't', delta }) as const),
  { type: 'text-end', id: 't' },
  { type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' }, ...end },
];
const streamOf = (parts: readonly StreamPart[]): StreamResult => ({
  stream: new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  }),
});

/** Asks with a listener. Returns the answer or the error, and what the listener got. */
async function listen(...streams: readonly StreamPart[][]) {
  const doStream = streams.map(streamOf);
  const model = new MockLanguageModelV3({ modelId: 'claude-sonnet-5-5', doStream });
  const told: string[] = [];
  const onText = (text: string) => void told.push(text);
  const asking = aiSdk(model, {}, { SOME_API_KEY: 'sk-canary-1' })({ ...toyRequest, onText });
  const said = await asking.catch((error: unknown) => ({ failed: error }));
  return { said, told, model };
}

test.each<[string, readonly string[], 'stop' | 'length' | 'content-filter']>([
  ['a step', [stepText.slice(0, 20), stepText.slice(20, 21), stepText.slice(21)], 'stop'],
  ['cut off', ['{"next_'], 'length'],
  ['refused', ['I ', 'would'], 'content-filter'],
  ['empty', [], 'stop'],
])('with a listener, it streams to the same answer: %s', async (_, texts, unified) => {
  const whole = texts.join('');
  const doGenerate = generated(whole, unified);
  const model = new MockLanguageModelV3({ modelId: 'claude-sonnet-5-5', doGenerate });
  const expected = await aiSdk(model)(toyRequest);
  const finishReason = { unified, raw: unified };
  const { said, told, model: streaming } = await listen(partsOf(texts, { finishReason }));
  expect(said).toEqual(expected);
  const soFar = texts.map((__, index) => texts.slice(0, index + 1).join(''));
  expect(told).toEqual(expected.error === undefined ? soFar : [...soFar, '']);
  const [plain, streamed] = [model.doGenerateCalls[0], streaming.doStreamCalls[0]];
  expect(streamed?.prompt).toEqual(plain?.prompt);
  expect(streamed?.responseFormat).toEqual(plain?.responseFormat);
});

test('prose is told before it is JSON, and withdrawn before the repair turn', async () => {
  const { said, told } = await listen(partsOf(['I would ', 'deploy.']), partsOf([stepText]));
  expect(said).toMatchObject({ step, help: ['asked again'], usage: { input_tokens: 650 } });
  expect(told).toEqual(['I would ', 'I would deploy.', '', stepText]);
});

const apiError = new APICallError({
  message: 'what is sk-canary-1?',
  url: '',
  requestBodyValues: {},
  statusCode: 400,
});

test.each<[string, unknown, string]>([
  ['an object', { type: 'overloaded', message: 'busy: sk-canary-1' }, '200: busy: [secret]'],
  ['one inside of another', { type: 'error', error: { message: 'busy' } }, '200: busy'],
  ['a text', 'busy', '200: "busy"'],
  ['an error of the AI SDK', apiError, '400: what is [secret]?'],
])('an error in the stream is thrown, and its text withdrawn: %s', async (_, error, reason) => {
  const parts: StreamPart[] = [...partsOf([stepText]).slice(0, -1), { type: 'error', error }];
  const { said, told } = await listen([...parts, ...partsOf([]).slice(-1)]);
  const message = `mock-provider answered ${reason}`;
  expect(said).toEqual({ failed: expect.objectContaining({ message }) });
  const isPermanent = 'failed' in said && said.failed instanceof PermanentModelError;
  expect(isPermanent).toBe(error === apiError);
  expect(told).toEqual([stepText, '']);
});

test('a stream that ends early is no answer, wherever it does', async () => {
  const whole = partsOf([stepText]);
  for (const [index] of whole.entries()) {
    const { said, told } = await listen(whole.slice(0, index));
    expect(said).toEqual({ failed: expect.any(Error) });
    expect(told.slice(-1)).toEqual(['']);
  }
  const finishReason = { unified: 'other', raw: undefined } as const;
  const { said } = await listen(partsOf([stepText], { finishReason }));
  const message = 'mock-provider answered 200: the stream ended early';
  expect(said).toEqual({ failed: expect.objectContaining({ message }) });
});

test('the signal ends a stream, with its own reason', async () => {
  const doStream = ({ abortSignal }: { abortSignal?: AbortSignal }) => {
    const stream = new ReadableStream<StreamPart>({
      start(controller) {
        for (const part of partsOf(['{']).slice(0, -2)) controller.enqueue(part);
        abortSignal?.addEventListener('abort', () => controller.error(abortSignal.reason));
      },
    });
    return Promise.resolve({ stream });
  };
  const model = new MockLanguageModelV3({ doStream });
  const aborting = new AbortController();
  const onText = () => aborting.abort(new Error('the thread moved on'));
  const asking = aiSdk(model)({ ...toyRequest, signal: aborting.signal, onText });
  await expect(asking).rejects.toThrow(/^the thread moved on$/);
});
