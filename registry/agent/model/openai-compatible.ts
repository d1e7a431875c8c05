import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { createAdapter, optional, OptionalCount, REFUSED, TokenCount } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider } from './adapter.ts';

/**
 * Any server with the Chat Completions API: Ollama, vLLM, llama.cpp, gateways. `baseUrl` includes
 * `/v1`.
 */
export function openaiCompatible(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(chatCompletionsApi, options, env);
}

const ChatUsage = z
  .object({
    prompt_tokens: TokenCount,
    prompt_tokens_details: z.object({ cached_tokens: OptionalCount }).nullish(),
    completion_tokens: TokenCount,
    completion_tokens_details: z.object({ reasoning_tokens: OptionalCount }).nullish(),
    // US dollars. Some gateways report it.
    cost: z.number().nonnegative().nullish(),
  })
  .transform((usage) => ({
    input_tokens: usage.prompt_tokens,
    output_tokens: usage.completion_tokens,
    cached_tokens: usage.prompt_tokens_details?.cached_tokens,
    reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens,
    usd: usage.cost ?? undefined,
  }));

const Choice = z.object({
  finish_reason: z.string().nullish(),
  message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
});
const Reply = z
  .object({ choices: z.tuple([Choice], z.unknown()), usage: optional(ChatUsage) })
  .transform(({ choices: [{ finish_reason, message }], usage }) => {
    const error = message.refusal ? REFUSED : stopErrors[finish_reason ?? ''];
    return { text: message.content || (message.refusal ?? ''), error, usage };
  });

/** Reasons why an answer ends early. */
const stopErrors: Readonly<Record<string, string>> = {
  content_filter: REFUSED,
  length: 'the answer was cut off: the server allows too few tokens',
};

const chatCompletionsApi: Provider = {
  name: 'the model server',
  prefix: 'LLM',
  defaults: {},
  required: ['baseUrl', 'model'],
  path: '/chat/completions',
  optionalStyle: 'nullable',
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  reply: Reply,
};

/** All blocks are one message: some servers want the roles to alternate. */
function toBody({ model, effort, system, blocks, schema, repair }: Prompt): object {
  const instructions = { role: 'system', content: system };
  const context = { role: 'user', content: blocks.join('\n') };
  const json_schema = { name: 'next_step', strict: true, schema };
  return {
    model,
    messages: [instructions, context, ...repair],
    reasoning_effort: effort,
    response_format: schema && { type: 'json_schema', json_schema },
  };
}
