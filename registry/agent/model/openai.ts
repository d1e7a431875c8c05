import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { createAdapter, REFUSED } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider } from './adapter.ts';
import { fields, TokenCount } from './prices.ts';
import { fieldsOf, withItem, withTexts, type Fields, type StreamFormat } from './stream.ts';

/** Limit of an answer, including what the model thinks. */
const MAX_TOKENS = 32_000;

/** GPT, with the Responses API. */
export function openai(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(responsesApi, options, env);
}

const ResponseUsage = fields({
  input_tokens: TokenCount,
  input_tokens_details: fields({ cached_tokens: TokenCount, cache_write_tokens: TokenCount }),
  output_tokens: TokenCount,
  output_tokens_details: fields({ reasoning_tokens: TokenCount }),
  total_tokens: TokenCount,
}).transform(({ input_tokens_details: input, output_tokens_details: output, ...usage }) => ({
  ...usage,
  cached_tokens: input.cached_tokens ?? 0,
  reasoning_tokens: output.reasoning_tokens,
  written_tokens: input.cache_write_tokens,
}));

const Text = z.string().nullish();
const Part = z.object({ type: z.string(), text: Text, refusal: Text });
const Item = z.object({ type: z.string(), phase: Text, content: z.array(Part).nullish() });
const Reply = z
  .object({
    status: z.string(),
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
    output: z.array(Item),
    usage: ResponseUsage,
  })
  .transform(({ status, incomplete_details, output, usage }) => {
    // A model may tell what it does before it answers.
    const finals = output.filter(({ phase }) => phase !== 'commentary');
    const messages = finals.map(({ content }) => content ?? []);
    const parts = messages.flat();
    const text = messages.map(textOf).filter(Boolean).join('\n');
    const isRefusal = parts.some(({ type }) => type === 'refusal');
    const reason = isRefusal ? 'refusal' : incomplete_details?.reason;
    const statusError = status === 'completed' ? undefined : `the answer is ${status}`;
    return { text, error: stopErrors[reason ?? ''] ?? statusError, usage };
  });

function textOf(parts: readonly z.infer<typeof Part>[]): string {
  const texts = parts.filter(({ type }) => type === 'output_text' || type === 'refusal');
  return texts.map((part) => part.text ?? part.refusal).join('');
}

/** Reasons why an answer ends early. */
const stopErrors: Readonly<Record<string, string>> = {
  max_output_tokens: `the answer was cut off at ${MAX_TOKENS} tokens`,
  content_filter: REFUSED,
  refusal: REFUSED,
};

const lastEvents = ['response.completed', 'response.incomplete', 'response.failed'];

const stream: StreamFormat = {
  request: { stream: true },
  add: addEvent,
  isLast: ({ type }) => lastEvents.includes(String(type)),
};

/** The last event has the whole body. Until then, it has the texts without refusals. */
function addEvent(body: Fields, event: Fields): Fields {
  const { type, response, item, output_index, content_index, delta } = event;
  if (stream.isLast(event)) return fieldsOf(response);
  const withOutput = (change: (item: Fields) => Fields) => ({
    status: 'completed',
    output: withItem(body['output'], output_index, change),
  });
  if (type === 'response.output_item.added') return withOutput(() => fieldsOf(item));
  if (type !== 'response.output_text.delta') return body;
  const addText = (part: Fields) =>
    withTexts({ type: 'output_text', ...part }, { text: delta }, ['text']);
  return withOutput((message) => ({
    ...message,
    content: withItem(message['content'], content_index, addText),
  }));
}

export const responsesApi: Provider = {
  name: 'OpenAI',
  prefix: 'OPENAI',
  defaults: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-6.1-terra' },
  required: ['apiKey'],
  path: '/responses',
  optionalStyle: 'nullable',
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  reply: Reply,
  stream,
};

/** Sends the requests of a thread to one cache: they have the same start. */
function cacheKeyOf(system: string, [first = '']: readonly string[]): string {
  return createHash('sha256').update(system).update(first).digest('hex').slice(0, 32);
}

/** Each block is a message: the cache can only end where a message ends. */
function toBody({ model, effort, system, blocks, schema, repair }: Prompt): object {
  const format = schema && { type: 'json_schema', name: 'next_step', strict: true, schema };
  return {
    model,
    max_output_tokens: MAX_TOKENS,
    store: false,
    prompt_cache_key: cacheKeyOf(system, blocks),
    instructions: system,
    input: [...blocks.map((content) => ({ role: 'user', content })), ...repair],
    reasoning: effort && { effort },
    text: format && { format },
  };
}
