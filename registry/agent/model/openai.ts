import * as z from 'zod';
import { modelOf, type Options } from './adapter.ts';
import type { Model } from '../core/model.ts';
import { Tokens, type Provider, type Question, type Reply } from './adapter.ts';
import type { Env } from './adapter.ts';

/** What the model thinks counts, too. */
const MAX_TOKENS = 32_000;

/** GPT, by the Responses API. */
export const openai = (options: Options = {}, env: Env = process.env): Model =>
  modelOf(responses, options, env);

const Response = z.object({
  status: z.string(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(
    z.object({
      type: z.string(),
      content: z.array(z.object({ type: z.string(), text: z.string().nullish() })).nullish(),
    }),
  ),
  usage: z
    .object({
      input_tokens: Tokens,
      input_tokens_details: z
        .object({ cached_tokens: Tokens.nullish(), cache_write_tokens: Tokens.nullish() })
        .nullish(),
      output_tokens: Tokens,
      output_tokens_details: z.object({ reasoning_tokens: Tokens.nullish() }).nullish(),
    })
    .nullish(),
});
type Response = z.infer<typeof Response>;

const responses: Provider<Response> = {
  name: 'OpenAI',
  prefix: 'OPENAI',
  defaults: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-6.1-terra' },
  needs: ['apiKey'],
  path: '/responses',
  optional: 'nullable',
  limits: {
    properties: 5_000,
    depth: 10,
    enumValues: 1_000,
    longEnum: 15_000,
    characters: 120_000,
  },
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  body,
  answer: Response,
  reply,
};

/** Each block is a message of its own: what is cached ends where a message does. */
function body({ model, effort, system, blocks, schema, turns }: Question): object {
  return {
    model,
    max_output_tokens: MAX_TOKENS,
    store: false,
    instructions: system,
    input: [...blocks.map((content) => ({ role: 'user', content })), ...turns],
    ...(effort && { reasoning: { effort } }),
    ...(schema && {
      text: { format: { type: 'json_schema', name: 'next_step', strict: true, schema } },
    }),
  };
}

function reply(response: Response): Reply {
  const parts = response.output.flatMap(({ content }) => content ?? []);
  const text = parts
    .flatMap((part) => (part.type === 'output_text' && part.text ? [part.text] : []))
    .join('');
  return {
    text,
    error: whyNone(response),
    turn: { role: 'assistant', content: text },
    took: response.usage ? took(response.usage) : undefined,
  };
}

const took = ({
  input_tokens,
  input_tokens_details: input,
  ...usage
}: NonNullable<Response['usage']>) => ({
  input: input_tokens,
  cached: input?.cached_tokens ?? 0,
  written: input?.cache_write_tokens ?? 0,
  output: usage.output_tokens,
  reasoning: usage.output_tokens_details?.reasoning_tokens ?? undefined,
});

function whyNone({ status, incomplete_details, output }: Response): string | undefined {
  const isRefusal = output.some(({ content }) => content?.some(({ type }) => type === 'refusal'));
  if (isRefusal || incomplete_details?.reason === 'content_filter')
    return 'the model refused to answer';
  if (status === 'incomplete') return `the answer was cut off at ${MAX_TOKENS} tokens`;
  return status === 'completed' ? undefined : `the answer is ${status}`;
}
