// @vitest-environment node
import { expect, test } from 'vitest';
import { anthropic, messagesApi } from './anthropic.ts';
import { toyProvider } from './toy-provider.ts';
import { listen, named, stepText, testStreamErrors, testStreams, thirds } from './toy-streams.ts';
import type { Adapter, StreamedAnswer } from './toy-streams.ts';

const adapter: Adapter = (baseUrl) => anthropic({ baseUrl, apiKey: 'k' }, {});

const start = { input_tokens: 5, cache_creation_input_tokens: 20, cache_read_input_tokens: 300 };
const messageStart = named({
  type: 'message_start',
  message: {
    role: 'assistant',
    content: [],
    stop_reason: null,
    usage: { ...start, output_tokens: 1 },
  },
});
const block = (index: number, content_block: object, ...deltas: readonly object[]) => [
  named({ type: 'content_block_start', index, content_block }),
  named({ type: 'ping' }),
  ...deltas.map((delta) => named({ type: 'content_block_delta', index, delta })),
  named({ type: 'content_block_stop', index }),
];
const textBlock = (index: number, ...texts: readonly string[]) => {
  const deltas = texts.map((text) => ({ type: 'text_delta', text }));
  return block(index, { type: 'text', text: '' }, ...deltas);
};
const messageEnd = (stop_reason: string) => [
  named({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 7 } }),
  named({ type: 'message_stop' }),
];
const message = (stop_reason: string, ...content: readonly object[]) => ({
  role: 'assistant',
  content,
  stop_reason,
  usage: { ...start, output_tokens: 7 },
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

const answers: readonly StreamedAnswer[] = [
  [
    'Anthropic, thinking',
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
    'Anthropic, text in two blocks',
    [
      messageStart,
      ...textBlock(0, ...thirds.slice(0, 1)),
      ...textBlock(1, ...thirds.slice(1)),
      ...messageEnd('end_turn'),
    ],
    message('end_turn', ...[thirds[0], thirds.slice(1).join('')].map(text)),
  ],
  [
    'Anthropic, refused',
    [messageStart, ...textBlock(0, 'I would'), ...messageEnd('refusal')],
    message('refusal', text('I would')),
  ],
  [
    'Anthropic, cut off',
    [
      messageStart,
      ...thinking,
      ...textBlock(1, ...thirds.slice(0, 1)),
      ...messageEnd('max_tokens'),
    ],
    message('max_tokens', thought, text(thirds[0])),
  ],
];

testStreams(adapter, messagesApi.stream, answers);

const begun = [messageStart, ...textBlock(0, ...thirds)];
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const invalid = { type: 'error', error: { type: 'invalid_request_error', message: 'Too odd' } };

testStreamErrors(
  adapter,
  [...begun, ...messageEnd('end_turn')],
  [
    ['Anthropic, overloaded', [...begun, named(overloaded)], true],
    ['Anthropic, an invalid request', [...begun, named(invalid)], false],
  ],
);

test('the repair turn repeats the whole answer, thinking included', async () => {
  const wrong = [
    messageStart,
    ...thinking,
    ...textBlock(1, 'I ', 'would.'),
    ...messageEnd('end_turn'),
  ];
  const { url, requests } = await toyProvider({ body: wrong.join('') });
  await listen(adapter(url));
  const content = [thought, text('I would.')];
  expect(requests[1]?.body).toContain(JSON.stringify({ role: 'assistant', content }));
});
