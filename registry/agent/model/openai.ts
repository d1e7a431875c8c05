import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { createAdapter, OptionalCount, REFUSED, TokenCount } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider, ProviderReply } from './adapter.ts';

/** Limit of an answer, including what the model thinks. */
const MAX_TOKENS = 32_000;

/** GPT, with the Responses API. */
export function openai(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(responsesApi, options, env);
}

const Part = z.object({ type: z.string(), text: z.string().nullish() });
const ResponsesUsage = z.object({
  input_tokens: TokenCount,
  input_tokens_details: z
    .object({ cached_tokens: OptionalCount, cache_write_tokens: OptionalCount })
    .nullish(),
  output_tokens: TokenCount,
  output_tokens_details: z.object({ reasoning_tokens: OptionalCount }).nullish(),
});
const ResponsesResponse = z.object({
  status: z.string(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.object({ type: z.string(), content: z.array(Part).nullish() })),
  usage: ResponsesUsage.nullish(),
});

const responsesApi: Provider = {
  name: 'OpenAI',
  prefix: 'OPENAI',
  defaults: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-6.1-terra' },
  required: ['apiKey'],
  path: '/responses',
  optionalStyle: 'nullable',
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  reply: ResponsesResponse.transform(toReply),
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

/** Reasons why an answer is incomplete. */
const stopErrors: Readonly<Record<string, string>> = {
  content_filter: REFUSED,
  max_output_tokens: `the answer was cut off at ${MAX_TOKENS} tokens`,
};

function toReply(response: z.infer<typeof ResponsesResponse>): ProviderReply {
  const { status, incomplete_details, output, usage } = response;
  const parts = output.flatMap(({ content }) => content ?? []);
  const texts = parts.filter(({ type }) => type === 'output_text');
  const text = texts.map((part) => part.text).join('');
  const isRefusal = parts.some(({ type }) => type === 'refusal');
  const stopError = stopErrors[incomplete_details?.reason ?? ''];
  const statusError = status === 'completed' ? undefined : `the answer is ${status}`;
  return {
    text,
    error: isRefusal ? REFUSED : (stopError ?? statusError),
    message: { role: 'assistant', content: text },
    tokens: usage ? toTokens(usage) : undefined,
  };
}

function toTokens(usage: z.infer<typeof ResponsesUsage>) {
  return {
    input: usage.input_tokens,
    cached: usage.input_tokens_details?.cached_tokens ?? 0,
    written: usage.input_tokens_details?.cache_write_tokens ?? 0,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.reasoning_tokens,
  };
}
