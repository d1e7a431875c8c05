// @vitest-environment node
import { expect, test } from 'vitest';
import { PermanentModelError } from '../core/errors.ts';
import { chatCompletionsApi, openaiCompatible } from './openai-compatible.ts';
import { toyProvider, toyRequest, type ToyAnswer } from './toy-provider.ts';
import { listen, stepText, testStreamErrors, testStreams, thirds, unnamed } from './toy-streams.ts';
import type { StreamedAnswer } from './toy-streams.ts';

const key = 'sk-canary-0123456789';
const adapter = (baseUrl: string, timeoutMs = 5_000) =>
  openaiCompatible({ baseUrl, apiKey: key, model: 'm', timeoutMs }, {});

const usage = { prompt_tokens: 325, completion_tokens: 7, total_tokens: 332 };
const chunk = (delta: object, finish_reason: string | null = null, rest = {}) =>
  unnamed({
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
    ...rest,
  });
const counted = unnamed({ choices: [], usage });
const done = 'data: [DONE]\n\n';
const chatted = (content: unknown, finish_reason = 'stop', rest = {}) => ({
  choices: [{ index: 0, finish_reason, message: { role: 'assistant', content, ...rest } }],
  usage,
});
const chunks = thirds.map((content) => chunk({ content }, null, { usage: null }));

const text = (said: string) => ({ type: 'text', text: said });
const good = [...chunks, chunk({}, 'stop'), counted, done];

const answers: readonly StreamedAnswer[] = [
  [
    'Chat Completions, with usage at the end',
    [chunk({ role: 'assistant', content: '' }), ...chunks, chunk({}, 'stop'), counted, done],
    chatted(stepText),
  ],
  [
    'OpenRouter: comments, reasoning, usage beside the last choice',
    [
      ': processing\n\n',
      chunk({ role: 'assistant', content: '', reasoning: '{}' }),
      ...thirds.map((content) => chunk({ role: 'assistant', content })),
      chunk({ content: '' }, 'stop', { usage }),
      done,
    ],
    chatted(stepText, 'stop', { reasoning: '{}' }),
  ],
  [
    'vLLM: reasoning_content, and usage in each chunk, at last of nothing',
    [
      chunk({ reasoning_content: 'Hm' }, null, { usage: { ...usage, completion_tokens: 1 } }),
      ...chunks.map((one) => one.replace('"usage":null', '"usage":{"completion_tokens":2}')),
      chunk({}, 'stop', { usage }),
      unnamed({ choices: [], usage: { prompt_tokens: 0, completion_tokens: 0 } }),
      done,
    ],
    chatted(stepText, 'stop', { reasoning_content: 'Hm' }),
  ],
  [
    'the answer as reasoning',
    [
      ...thirds.map((reasoning) => chunk({ content: null, reasoning })),
      chunk({}, 'stop'),
      counted,
      done,
    ],
    chatted(null, 'stop', { reasoning: stepText }),
  ],
  [
    'Mistral: parts, then texts',
    [
      chunk({ content: [{ type: 'thinking', thinking: [text('hm')] }] }),
      ...chunks,
      chunk({ content: '' }, 'stop', { usage }),
      done,
    ],
    chatted([{ type: 'thinking', thinking: [text('hm')] }, text(stepText)]),
  ],
  [
    'Groq: usage under another name',
    [...chunks, chunk({}, 'stop', { x_groq: { id: 'req_1', usage } }), done],
    chatted(stepText),
  ],
  [
    'Azure: a chunk about filters, without usage and [DONE]',
    [unnamed({ choices: [], prompt_filter_results: [] }), ...chunks, chunk({}, 'stop')],
    { ...chatted(stepText), usage: undefined },
  ],
  [
    'Chat Completions, refused',
    [
      chunk({ content: '' }),
      chunk({ refusal: 'I ' }),
      chunk({ refusal: 'cannot.' }),
      chunk({}, 'stop'),
      counted,
      done,
    ],
    chatted(null, 'stop', { refusal: 'I cannot.' }),
  ],
  [
    'Chat Completions, cut off',
    [chunk({ content: thirds[0] }), chunk({}, 'length'), counted, done],
    chatted(thirds[0], 'length'),
  ],
  [
    'Chat Completions, a call of a tool',
    [
      chunk({ content: null, tool_calls: [{ index: 0, id: 'x' }] }),
      chunk({}, 'tool_calls'),
      counted,
      done,
    ],
    chatted(null, 'tool_calls', { tool_calls: [{ id: 'x' }] }),
  ],
];

testStreams(adapter, chatCompletionsApi.stream, answers);

testStreamErrors(adapter, good, [
  ['a gateway, by the type of the event', ['event: error\ndata: no luck\n\n', done], true],
  [
    'OpenRouter, in the middle',
    [...chunks, chunk({ content: '' }, 'error', { error: { code: 502, message: 'Gone' } }), done],
    true,
  ],
  ['vLLM, in the middle', [...chunks, unnamed({ error: { code: 400, message: 'No' } })], false],
  ['JSON that is damaged', [...chunks, 'data: {"choices":[{"del\n\n', ...chunks, done], true],
]);

const plain = JSON.stringify(chatted(stepText));

test.each([
  ['as JSON', 'application/json', plain],
  ['under the type of a stream', 'text/event-stream', `\n${plain}`],
  ['with the end of a stream', 'application/json', `${plain}\n\ndata: [DONE]\n\n`],
  ['on many lines', 'text/plain', JSON.stringify(chatted(stepText), null, 2)],
])('a server may answer at once, %s', async (_, type, body) => {
  const { url } = await toyProvider({ headers: { 'content-type': type }, body });
  const { answer, told } = await listen(adapter(url));
  expect([answer, told]).toEqual([await adapter(url)(toyRequest), []]);
  expect(answer).toMatchObject({ step: { intent: 'done' } });
});

test('a stream may have the type of JSON', async () => {
  const headers = { 'content-type': 'application/json' };
  const { url } = await toyProvider({ headers, body: good.join('') });
  expect((await listen(adapter(url))).answer).toMatchObject({ step: { intent: 'done' } });
});

test.each([
  ['OpenAI', 400, { error: { message: 'Verify your organization.', param: 'stream' } }],
  ['vLLM', 400, { object: 'error', message: "[{'loc': ('body', 'stream_options')}]", code: 400 }],
  ['FastAPI', 422, { detail: [{ loc: ['body', 'stream_options'], msg: 'extra fields' }] }],
  ['Groq', 400, { error: { message: 'response_format does not support streaming' } }],
])(
  'a server that does not stream is asked without it, from then on: %s',
  async (_, status, body) => {
    const { url, requests } = await toyProvider({ status, body }, { body: plain });
    const model = adapter(url);
    expect([await listen(model), await listen(model)]).toMatchObject([
      { answer: { step: { intent: 'done' } }, told: [''] },
      { answer: { step: { intent: 'done' } }, told: [] },
    ]);
    await adapter(url)(toyRequest);
    const bodies = requests.map((request) => request.body);
    expect(bodies).toEqual([expect.any(String), bodies[3], bodies[3], bodies[3]]);
    expect(bodies[0]).toContain('"stream":true');
    expect(bodies[3]).not.toContain('"stream');
  },
);

test('any other rejection is not about streaming, nor one of a request without it', async () => {
  const upstream = { error: { message: 'upstream: no' } };
  const { url, requests } = await toyProvider(
    { status: 400, body: upstream },
    { status: 400, body: { error: { message: 'streaming only' } } },
  );
  const { answer } = await listen(adapter(url));
  expect(answer).toEqual({ failed: expect.any(PermanentModelError) });
  await expect(adapter(url)(toyRequest)).rejects.toThrow(PermanentModelError);
  expect(requests).toHaveLength(2);
});

test('after a connection that breaks, the text is withdrawn, and asked for again', async () => {
  const body = good.join('');
  const { url } = await toyProvider({ body: chunks[0], atEnd: 'break' }, { body });
  const { answer, told } = await listen(adapter(url));
  expect(answer).toMatchObject({ step: { intent: 'done' } });
  expect(told).toEqual([thirds[0], '', thirds[0], thirds.slice(0, 2).join(''), stepText]);
});

test.each<[string, ToyAnswer, number, RegExp]>([
  ['the time for one attempt', { body: chunks[0], atEnd: 'stay' }, 50, /gave no answer in 50 ms$/],
  ['50 MB', { body: `:${'a'.repeat(50_000_000)}\n` }, 60_000, /more than 50000000 bytes$/],
])('a stream must fit into %s', async (_, reply, timeoutMs, message) => {
  const { url } = await toyProvider(reply);
  const aborting = new AbortController();
  const onRetry = (reason: string) => aborting.abort(new Error(reason));
  const request = { ...toyRequest, signal: aborting.signal, onRetry, onText: () => undefined };
  await expect(adapter(url, timeoutMs)(request)).rejects.toThrow(message);
});

test('a stream ends with its last event, also if the connection stays open', async () => {
  const { url } = await toyProvider({ body: good.join(''), atEnd: 'stay' });
  expect((await listen(adapter(url))).answer).toMatchObject({ step: { intent: 'done' } });
});

test('a stream of 12 MB is an answer, if most of that is around its text', async () => {
  const thought = chunk({ reasoning_content: 'a' }, null, { padding: ' '.repeat(1_000_000) });
  const { url } = await toyProvider({ body: [...Array(12).fill(thought), ...good].join('') });
  expect((await listen(adapter(url))).answer).toMatchObject({ step: { intent: 'done' } });
});

test('the signal ends a stream, with its own reason', async () => {
  const { url } = await toyProvider({ body: chunks[0], atEnd: 'stay' });
  const aborting = new AbortController();
  const onText = () => aborting.abort(new Error('the thread moved on'));
  const asking = adapter(url)({ ...toyRequest, signal: aborting.signal, onText });
  await expect(asking).rejects.toThrow(/^the thread moved on$/);
});

test('the text of a wrong answer is withdrawn before the repair turn, and after it', async () => {
  const wrong = [chunk({ content: 'I would.' }), chunk({}, 'stop'), done].join('');
  const { url, requests } = await toyProvider({ body: wrong });
  const { answer, told } = await listen(adapter(url));
  expect(answer).toMatchObject({ step: undefined, help: ['asked again'] });
  expect(told).toEqual(['I would.', '', 'I would.', '']);
  expect(requests[1]?.body).toContain('{"role":"assistant","content":"I would."}');
});

test('neither a part of the key nor half a character is told', async () => {
  const parts = ['I use s', 'k-canary-', '0123456789', ' and s', 'k-1 \ud83d', '\ude80'];
  const body = [...parts.map((content) => chunk({ content })), chunk({}, 'stop'), done].join('');
  const { url } = await toyProvider({ body });
  const { answer, told } = await listen(adapter(url));
  const texts = ['I use ', 'I use [secret]', 'I use [secret] and ', 'I use [secret] and sk-1 '];
  const whole = 'I use [secret] and sk-1 🚀';
  expect(told.slice(0, 5)).toEqual([...texts, whole]);
  expect(answer).toMatchObject({ text: whole });
});

test('without a listener, a stream is no answer', async () => {
  const { url } = await toyProvider({ body: good.join('') });
  await expect(adapter(url)(toyRequest)).rejects.toThrow('a stream, which was not asked for');
});
