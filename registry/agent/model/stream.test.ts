// @vitest-environment node
import { expect, test } from 'vitest';
import { PermanentModelError } from '../core/errors.ts';
import type { Model } from '../core/model.ts';
import { anthropic } from './anthropic.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openai } from './openai.ts';
import { toyProvider, toyRequest, type ToyAnswer } from './toy-provider.ts';

const step = { intent: 'done', message: 'schön 🚀' };
const stepText = JSON.stringify({ next_step: step });
const thirds = [stepText.slice(0, 20), stepText.slice(20, 47), stepText.slice(47)];

const key = 'sk-canary-0123456789';
type Adapter = (baseUrl: string, timeoutMs?: number) => Model;
const settings = (baseUrl: string, timeoutMs = 5_000) => ({ baseUrl, apiKey: key, timeoutMs });
const claude: Adapter = (url, ms) => anthropic(settings(url, ms), {});
const gpt: Adapter = (url, ms) => openai(settings(url, ms), {});
const chat: Adapter = (url, ms) => openaiCompatible({ ...settings(url, ms), model: 'm' }, {});

/** An event as it is sent. Anthropic and Responses also name its type. */
const named = (data: { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const unnamed = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

const start = { input_tokens: 5, cache_creation_input_tokens: 20, cache_read_input_tokens: 300 };
const messageStart = named({
  type: 'message_start',
  ...{
    message: {
      role: 'assistant',
      content: [],
      stop_reason: null,
      usage: { ...start, output_tokens: 1 },
    },
  },
});
const block = (index: number, content_block: object, ...deltas: readonly object[]) => [
  named({ type: 'content_block_start', ...{ index, content_block } }),
  named({ type: 'ping' }),
  ...deltas.map((delta) => named({ type: 'content_block_delta', ...{ index, delta } })),
  named({ type: 'content_block_stop', ...{ index } }),
];
const textBlock = (index: number, ...texts: readonly string[]) => {
  const deltas = texts.map((text) => ({ type: 'text_delta', text }));
  return block(index, { type: 'text', text: '' }, ...deltas);
};
const messageEnd = (stop_reason: string) => [
  named({ type: 'message_delta', ...{ delta: { stop_reason }, usage: { output_tokens: 7 } } }),
  named({ type: 'message_stop' }),
];
const message = (stop_reason: string, ...content: readonly object[]) => ({
  ...{ role: 'assistant', content, stop_reason, usage: { ...start, output_tokens: 7 } },
});
const thinking = block(
  0,
  { type: 'thinking', thinking: '', signature: '' },
  { type: 'thinking_delta', thinking: '{"next_step":' },
  { type: 'thinking_delta', thinking: ' {}}' },
  { type: 'signature_delta', signature: 'c2ln' },
);
const thought = { type: 'thinking', thinking: '{"next_step": {}}', signature: 'c2ln' };
const text = (said: string) => ({ type: 'text', text: said });

const output = (index: number, item: object, part: number, ...deltas: readonly string[]) => [
  named({ type: 'response.output_item.added', ...{ output_index: index, item } }),
  ...deltas.map((delta) =>
    named({
      type: 'response.output_text.delta',
      ...{ output_index: index, content_index: part, delta },
    }),
  ),
  named({ type: 'response.output_item.done', ...{ output_index: index, item } }),
];
const reasoned = output(0, { type: 'reasoning', summary: [] }, 0);
const summary = named({ type: 'response.reasoning_summary_text.delta', ...{ delta: '{"next_' } });
const created = named({
  type: 'response.created',
  ...{ response: { status: 'in_progress', output: [], error: null, usage: null } },
});
const item = (content: readonly object[], rest = {}) => ({ type: 'message', content, ...rest });
const said = (words: string) => ({ type: 'output_text', text: words });
const response = (status: string, items: readonly object[], rest = {}) => ({
  ...{ status, error: null, output: [{ type: 'reasoning', summary: [] }, ...items] },
  ...{ usage: { input_tokens: 325, output_tokens: 7 }, ...rest },
});
const responded = (whole: { status: string }) =>
  named({ type: `response.${whole.status}`, ...{ response: whole } });
const commented = item([said('I look it up.')], { phase: 'commentary' });
const final = item([said(stepText)], { phase: 'final_answer' });
const completed = response('completed', [commented, final]);
const refusedItem = item([{ type: 'refusal', refusal: 'I cannot.' }]);
const refused = response('completed', [refusedItem]);
const incomplete = response('incomplete', [item([said(thirds[0] ?? '')])], {
  incomplete_details: { reason: 'max_output_tokens' },
});

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

/** Streams as their providers document them, and the same answers without streaming. */
const answers: readonly [string, Adapter, readonly string[], object][] = [
  [
    'Anthropic, thinking',
    claude,
    [
      messageStart,
      ...thinking,
      named({ type: 'later' }),
      ...textBlock(1, ...thirds),
      ...messageEnd('end_turn'),
    ],
    message('end_turn', thought, text(stepText)),
  ],
  [
    'Responses, reasoning and a commentary',
    gpt,
    [
      ...[created, summary, ...reasoned],
      ...output(1, item([], { phase: 'commentary' }), 0, 'I look ', 'it up.'),
      ...output(2, item([], { phase: 'final_answer' }), 0, ...thirds),
      responded(completed),
    ],
    completed,
  ],
  [
    'Chat Completions, with usage at the end',
    chat,
    [chunk({ role: 'assistant', content: '' }), ...chunks, chunk({}, 'stop'), counted, done],
    chatted(stepText),
  ],
  [
    'Anthropic, text in two blocks',
    claude,
    [
      messageStart,
      ...textBlock(0, ...thirds.slice(0, 1)),
      ...textBlock(1, ...thirds.slice(1)),
      ...messageEnd('end_turn'),
    ],
    message('end_turn', ...[thirds[0], thirds.slice(1).join('')].map((one = '') => text(one))),
  ],
  [
    'Anthropic, refused',
    claude,
    [messageStart, ...textBlock(0, 'I would'), ...messageEnd('refusal')],
    message('refusal', text('I would')),
  ],
  [
    'Anthropic, cut off',
    claude,
    [
      messageStart,
      ...thinking,
      ...textBlock(1, ...thirds.slice(0, 1)),
      ...messageEnd('max_tokens'),
    ],
    message('max_tokens', thought, text(thirds[0] ?? '')),
  ],
  [
    'Responses, refused',
    gpt,
    [
      ...[created, ...reasoned, ...output(1, item([]), 0)],
      named({
        type: 'response.refusal.delta',
        ...{ output_index: 1, content_index: 0, delta: 'I ' },
      }),
      responded(refused),
    ],
    refused,
  ],
  [
    'Responses, cut off',
    gpt,
    [created, ...reasoned, ...output(1, item([]), 0, ...thirds.slice(0, 1)), responded(incomplete)],
    incomplete,
  ],
  [
    'OpenRouter: comments, reasoning, usage beside the last choice',
    chat,
    [
      ...[
        ': OPENROUTER PROCESSING\n\n',
        chunk({ role: 'assistant', content: '', reasoning: '{}' }),
      ],
      ...thirds.map((content) => chunk({ role: 'assistant', content })),
      ...[chunk({ content: '' }, 'stop', { usage }), done],
    ],
    chatted(stepText, 'stop', { reasoning: '{}' }),
  ],
  [
    'vLLM: reasoning_content, and usage in each chunk',
    chat,
    [
      chunk({ reasoning_content: 'Hm' }, null, { usage: { ...usage, completion_tokens: 1 } }),
      ...chunks.map((one) => one.replace('"usage":null', '"usage":{"completion_tokens":2}')),
      ...[chunk({}, 'stop', { usage }), done],
    ],
    chatted(stepText, 'stop', { reasoning_content: 'Hm' }),
  ],
  [
    'the answer as reasoning',
    chat,
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
    chat,
    [
      chunk({ content: [{ type: 'thinking', thinking: [text('hm')] }] }),
      ...[...chunks, chunk({ content: '' }, 'stop', { usage }), done],
    ],
    chatted([{ type: 'thinking', thinking: [text('hm')] }, text(stepText)]),
  ],
  [
    'Groq: usage under another name',
    chat,
    [...chunks, chunk({}, 'stop', { x_groq: { id: 'req_1', usage } }), done],
    chatted(stepText),
  ],
  [
    'Azure: a chunk about filters, without usage and [DONE]',
    chat,
    [unnamed({ choices: [], prompt_filter_results: [] }), ...chunks, chunk({}, 'stop')],
    { ...chatted(stepText), usage: undefined },
  ],
  [
    'Chat Completions, refused',
    chat,
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
    chat,
    [chunk({ content: thirds[0] }), chunk({}, 'length'), counted, done],
    chatted(thirds[0], 'length'),
  ],
  [
    'Chat Completions, a call of a tool',
    chat,
    [
      chunk({ content: null, tool_calls: [{ index: 0, id: 'x' }] }),
      chunk({}, 'tool_calls'),
      counted,
      done,
    ],
    chatted(null, 'tool_calls', { tool_calls: [{ id: 'x' }] }),
  ],
];

/** Asks with a listener. Returns the answer or the error, and what the listener got. */
async function listen(model: Model) {
  const told: string[] = [];
  const { signal } = new AbortController();
  const onText = (text: string) => void told.push(text);
  const asking = model({ ...toyRequest, signal, onText });
  const answer = await asking.catch((error: unknown) => ({ failed: error }));
  return { answer, told };
}

/** Asks for each of the replies, some at a time. */
async function answersOf(adapter: Adapter, replies: readonly ToyAnswer[]) {
  const { url } = await toyProvider(...replies);
  const model = adapter(url);
  const left = [...replies];
  const found: Awaited<ReturnType<typeof listen>>[] = [];
  const work = async () => {
    while (left.pop()) found.push(await listen(model));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found;
}

test.each(answers)(
  '%s: a stream is read as the answer without one',
  async (_, adapter, events, whole) => {
    const { url } = await toyProvider({ body: whole });
    const expected = await adapter(url)(toyRequest);
    const body = events.join('');
    const { length } = Buffer.from(body);
    const cuts = Array.from({ length }, (_, index) => index);
    const [atOnce, byteByByte] = await answersOf(adapter, [{ body }, { body, cuts }]);
    expect(atOnce?.answer).toEqual(expected);
    expect(byteByByte).toEqual(atOnce);
    const told = atOnce?.told ?? [];
    const texts = told.filter((so) => so !== '');
    for (const [index, so] of texts.entries()) expect(texts[index + 1] ?? so).toContain(so);
    const isStep = expected.error === undefined;
    expect(told.slice(-1)[0]).toBe(isStep ? stepText : '');
  },
);

test.each(answers.slice(0, 3))('%s: it may be cut at every byte', async (_, adapter, events) => {
  const body = events.join('');
  const { length } = Buffer.from(body);
  const replies = Array.from({ length }, (_, cut) => ({ body, cuts: [cut] }));
  const found = await answersOf(adapter, replies);
  expect(found.map(({ answer }) => ('step' in answer ? answer.step : answer))).toEqual(
    replies.map(() => step),
  );
});

const isLast = (event: string) =>
  /"message_stop"|"response\.(?:completed|incomplete)"|"finish_reason":"/.test(event);
const cutOff = answers.map(([name, adapter, events]) => {
  const known = events.slice(0, events.findIndex(isLast));
  return [name, adapter, known.map((_, index) => known.slice(0, index).join(''))] as const;
});
const again = { 'retry-after': '0' };

test.each(cutOff)('%s: cut off before its last event, it is no answer', async (_, ...row) => {
  const [adapter, bodies] = row;
  for (const body of bodies) {
    const { url, requests } = await toyProvider({ headers: again, body });
    const { answer, told } = await listen(adapter(url));
    const message = expect.stringContaining('answered 200 with an error: the stream ended early');
    expect(answer).toEqual({ failed: expect.objectContaining({ message }) });
    expect([told.slice(-1), requests.length]).toEqual([[''], 3]);
  }
});

const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const invalid = { type: 'error', error: { type: 'invalid_request_error', message: 'Too odd' } };
const failed = response('failed', [], { error: { code: 'server_error', message: 'Sorry' } });
const begun = [messageStart, ...textBlock(0, ...thirds)];

/** An error inside of a stream, and whether another attempt is made. */
const errors: readonly [string, Adapter, readonly string[], boolean][] = [
  ['Anthropic, overloaded', claude, [...begun, named(overloaded)], true],
  ['Anthropic, an invalid request', claude, [...begun, named(invalid)], false],
  ['Responses, failed', gpt, [created, responded(failed)], true],
  [
    'Responses, an error',
    gpt,
    [created, named({ type: 'error', ...{ code: 'rate_limit_exceeded', message: 'Slow down' } })],
    true,
  ],
  [
    'Responses, a wrong model',
    gpt,
    [created, named({ type: 'error', ...{ code: 'model_not_found', message: 'No such model' } })],
    false,
  ],
  ['a gateway, by the type of the event', chat, ['event: error\ndata: no luck\n\n', done], true],
  [
    'OpenRouter, in the middle',
    chat,
    [...chunks, chunk({ content: '' }, 'error', { error: { code: 502, message: 'Gone' } }), done],
    true,
  ],
  [
    'vLLM, in the middle',
    chat,
    [...chunks, unnamed({ error: { code: 400, message: 'No' } })],
    false,
  ],
  ['JSON that is damaged', chat, [...chunks, 'data: {"choices":[{"del\n\n', ...chunks, done], true],
];

test.each(errors)('an error in a stream is one: %s', async (_, adapter, events, isRetried) => {
  const good = answers.find(([, other]) => other === adapter)?.[2].join('');
  const { url, requests } = await toyProvider(
    { headers: again, body: events.join('') },
    { body: good },
  );
  const { answer, told } = await listen(adapter(url));
  if (isRetried) expect(answer).toMatchObject({ step });
  else expect(answer).toEqual({ failed: expect.any(PermanentModelError) });
  expect(requests).toHaveLength(isRetried ? 2 : 1);
  expect(told.slice(-1)).toEqual([isRetried ? stepText : '']);
  expect(told).toContain('');
});
