import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { createAdapter, REFUSED, TokenCount } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider, ProviderReply } from './adapter.ts';

/** Limit of an answer, including what the model thinks. */
const MAX_TOKENS = 32_000;

/** GPT, with the Responses API. */
export function openai(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(responsesApi, options, env);
}

const Part = z.object({ type: z.string(), text: z.string().nullish() });
const InputDetails = z.object({
  cached_tokens: TokenCount.nullish(),
  cache_write_tokens: TokenCount.nullish(),
});
const OutputDetails = z.object({ reasoning_tokens: TokenCount.nullish() });
const ResponsesUsage = z.object({
  input_tokens: TokenCount,
  input_tokens_details: InputDetails.nullish(),
  output_tokens: TokenCount,
  output_tokens_details: OutputDetails.nullish(),
});
const ResponsesResponse = z.object({
  status: z.string(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.object({ type: z.string(), content: z.array(Part).nullish() })),
  usage: ResponsesUsage.nullish(),
});
type ResponsesResponse = z.infer<typeof ResponsesResponse>;

const responsesApi: Provider<ResponsesResponse> = {
  name: 'OpenAI',
  prefix: 'OPENAI',
  defaults: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-6.1-terra' },
  required: ['apiKey'],
  path: '/responses',
  optionalStyle: 'nullable',
  limits: {
    properties: 5_000,
    depth: 10,
    enumValues: 1_000,
    longEnum: 15_000,
    characters: 120_000,
  },
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  responseSchema: ResponsesResponse,
  readResponse,
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
    reasoning: effort ? { effort } : undefined,
    text: format && { format },
  };
}

function readResponse(response: ResponsesResponse): ProviderReply {
  const parts = response.output.flatMap(({ content }) => content ?? []);
  const outputs = parts.filter(({ type }) => type === 'output_text');
  const text = outputs.map((part) => part.text ?? '').join('');
  const isRefusal = parts.some(({ type }) => type === 'refusal');
  return {
    text,
    error: isRefusal ? REFUSED : stopError(response),
    message: { role: 'assistant', content: text },
    tokens: response.usage ? toTokens(response.usage) : undefined,
  };
}

function stopError({ status, incomplete_details }: ResponsesResponse): string | undefined {
  if (incomplete_details?.reason === 'content_filter') {
    return REFUSED;
  }
  if (status === 'incomplete') {
    return `the answer was cut off at ${MAX_TOKENS} tokens`;
  }
  return status === 'completed' ? undefined : `the answer is ${status}`;
}

function toTokens(usage: z.infer<typeof ResponsesUsage>) {
  return {
    input: usage.input_tokens,
    cached: usage.input_tokens_details?.cached_tokens ?? 0,
    written: usage.input_tokens_details?.cache_write_tokens ?? 0,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.reasoning_tokens ?? undefined,
  };
}
