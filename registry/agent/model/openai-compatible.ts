import * as z from 'zod';
import { modelOf, type Options } from './adapter.ts';
import type { Model } from '../core/model.ts';
import { Tokens, type Provider, type Question, type Reply } from './adapter.ts';
import type { Env } from './adapter.ts';

/** Any server with the Chat Completions API: Ollama, vLLM, llama.cpp, gateways. `baseUrl` includes `/v1`. */
export const openaiCompatible = (options: Options = {}, env: Env = process.env): Model =>
  modelOf(chatCompletions, options, env);

const Completion = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    ],
    z.unknown(),
  ),
  usage: z
    .object({
      prompt_tokens: Tokens,
      prompt_tokens_details: z.object({ cached_tokens: Tokens.nullish() }).nullish(),
      completion_tokens: Tokens,
      completion_tokens_details: z.object({ reasoning_tokens: Tokens.nullish() }).nullish(),
      cost: z.number().nonnegative().nullish(),
    })
    .nullish(),
});
type Completion = z.infer<typeof Completion>;

const chatCompletions: Provider<Completion> = {
  name: 'the model server',
  prefix: 'LLM',
  defaults: {},
  needs: ['baseUrl', 'model'],
  path: '/chat/completions',
  optional: 'nullable',
  limits: {},
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  body,
  answer: Completion,
  reply,
};

/** The blocks are one message: some servers want the roles to alternate. */
function body({ model, effort, system, blocks, schema, turns }: Question): object {
  const json_schema = { name: 'next_step', strict: true, schema };
  return {
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: blocks.join('\n') },
      ...turns,
    ],
    ...(effort && { reasoning_effort: effort }),
    ...(schema && { response_format: { type: 'json_schema', json_schema } }),
  };
}

function reply({ choices: [{ finish_reason, message }], usage }: Completion): Reply {
  const text = message.content ?? '';
  const isRefusal = Boolean(message.refusal) || finish_reason === 'content_filter';
  const isCut = finish_reason === 'length';
  return {
    text,
    error: isRefusal
      ? 'the model refused to answer'
      : isCut
        ? 'the answer was cut off: the server allows too few tokens'
        : undefined,
    turn: { role: 'assistant', content: text },
    took: usage
      ? {
          input: usage.prompt_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? undefined,
          output: usage.completion_tokens,
          reasoning: usage.completion_tokens_details?.reasoning_tokens ?? undefined,
          // Some gateways say it.
          usd: usage.cost ?? undefined,
        }
      : undefined,
  };
}
