// @vitest-environment node
import { openai, responsesApi } from './openai.ts';
import { named, stepText, testStreamErrors, testStreams, thirds } from './toy-streams.ts';
import type { Adapter, StreamedAnswer } from './toy-streams.ts';

const adapter: Adapter = (baseUrl) => openai({ baseUrl, apiKey: 'k' }, {});

const output = (index: number, item: object, part: number, ...deltas: readonly string[]) => [
  named({ type: 'response.output_item.added', output_index: index, item }),
  ...deltas.map((delta) =>
    named({
      type: 'response.output_text.delta',
      output_index: index,
      content_index: part,
      delta,
    }),
  ),
  named({ type: 'response.output_item.done', output_index: index, item }),
];
const reasoned = output(0, { type: 'reasoning', summary: [] }, 0);
const summary = named({ type: 'response.reasoning_summary_text.delta', delta: '{"next_' });
const created = named({
  type: 'response.created',
  response: { status: 'in_progress', output: [], error: null, usage: null },
});
const item = (content: readonly object[], rest = {}) => ({ type: 'message', content, ...rest });
const said = (words: string) => ({ type: 'output_text', text: words });
const response = (status: string, items: readonly object[], rest = {}) => ({
  status,
  error: null,
  output: [{ type: 'reasoning', summary: [] }, ...items],
  usage: { input_tokens: 325, output_tokens: 7 },
  ...rest,
});
const responded = (whole: { status: string }) =>
  named({ type: `response.${whole.status}`, response: whole });
const commented = item([said('I look it up.')], { phase: 'commentary' });
const final = item([said(stepText)], { phase: 'final_answer' });
const completed = response('completed', [commented, final]);
const refusedItem = item([{ type: 'refusal', refusal: 'I cannot.' }]);
const refused = response('completed', [refusedItem]);
const incomplete = response('incomplete', [item([said(thirds[0])])], {
  incomplete_details: { reason: 'max_output_tokens' },
});

const answers: readonly StreamedAnswer[] = [
  [
    'Responses, reasoning and a commentary',
    [
      created,
      summary,
      ...reasoned,
      ...output(1, item([], { phase: 'commentary' }), 0, 'I look ', 'it up.'),
      ...output(2, item([], { phase: 'final_answer' }), 0, ...thirds),
      responded(completed),
    ],
    completed,
  ],
  [
    'Responses, refused',
    [
      created,
      ...reasoned,
      ...output(1, item([]), 0),
      named({
        type: 'response.refusal.delta',
        output_index: 1,
        content_index: 0,
        delta: 'I ',
      }),
      responded(refused),
    ],
    refused,
  ],
  [
    'Responses, cut off',
    [created, ...reasoned, ...output(1, item([]), 0, ...thirds.slice(0, 1)), responded(incomplete)],
    incomplete,
  ],
];

testStreams(adapter, responsesApi.stream, answers);

const failed = response('failed', [], { error: { code: 'server_error', message: 'Sorry' } });

testStreamErrors(
  adapter,
  [created, ...output(0, item([]), 0, stepText), responded(completed)],
  [
    ['Responses, failed', [created, responded(failed)], true],
    [
      'Responses, an error',
      [created, named({ type: 'error', code: 'rate_limit_exceeded', message: 'Slow down' })],
      true,
    ],
    [
      'Responses, a wrong model',
      [created, named({ type: 'error', code: 'model_not_found', message: 'No such model' })],
      false,
    ],
  ],
);
