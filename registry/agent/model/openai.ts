import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { createAdapter, optional, OptionalCount, REFUSED, TokenCount } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider } from './adapter.ts';

/** Limit of an answer, including what the model thinks. */
const MAX_TOKENS = 32_000;

/** GPT, with the Responses API. */
export function openai(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(responsesApi, options, env);
}

const InputDetails = z.object({
  cached_tokens: OptionalCount,
  cache_write_tokens: OptionalCount,
});
const ResponseUsage = z
  .object({
    input_tokens: TokenCount,
    input_tokens_details: InputDetails.nullish(),
    output_tokens: TokenCount,
    output_tokens_details: z.object({ reasoning_tokens: OptionalCount }).nullish(),
  })
  .transform(({ input_tokens_details, output_tokens_details, ...usage }) => ({
    ...usage,
    cached_tokens: input_tokens_details?.cached_tokens ?? 0,
    reasoning_tokens: output_tokens_details?.reasoning_tokens,
    written_tokens: input_tokens_details?.cache_write_tokens,
  }));

const Text = z.string().nullish();
const Part = z.object({ type: z.string(), text: Text, refusal: Text });
const Reply = z
  .object({
    status: z.string(),
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
    output: z.array(z.object({ type: z.string(), content: z.array(Part).nullish() })),
    usage: optional(ResponseUsage),
  })
  .transform(({ status, incomplete_details, output, usage }) => {
    const parts = output.flatMap(({ content }) => content ?? []);
    const texts = parts.filter(({ type }) => type === 'output_text' || type === 'refusal');
    const text = texts.map((part) => part.text ?? part.refusal).join('');
    const isRefusal = parts.some(({ type }) => type === 'refusal');
    const reason = isRefusal ? 'refusal' : incomplete_details?.reason;
    const statusError = status === 'completed' ? undefined : `the answer is ${status}`;
    return { text, error: stopErrors[reason ?? ''] ?? statusError, usage };
  });

/** Reasons why an answer ends early. */
const stopErrors: Readonly<Record<string, string>> = {
  max_output_tokens: `the answer was cut off at ${MAX_TOKENS} tokens`,
  content_filter: REFUSED,
  refusal: REFUSED,
};

const responsesApi: Provider = {
  name: 'OpenAI',
  prefix: 'OPENAI',
  defaults: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-6.1-terra' },
  required: ['apiKey'],
  path: '/responses',
  optionalStyle: 'nullable',
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  reply: Reply,
};

/** Each block is a message: the cache can only end where a message ends. */
function toBody({ model, effort, system, blocks, schema, repair }: Prompt): object {
  const format = schema && { type: 'json_schema', name: 'next_step', strict: true, schema };
  return {
    model,
    max_output_tokens: MAX_TOKENS,
    store: false,
    instructions: system,
    input: [...blocks.map((content) => ({ role: 'user', content })), ...repair],
    reasoning: effort && { effort },
    text: format && { format },
  };
}
