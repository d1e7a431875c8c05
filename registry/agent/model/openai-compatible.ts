import * as z from 'zod';
import type { Model } from './model.ts';
import { postJson } from './post.ts';
import { askWithRepair, required, setting, unset, type Env } from './provider.ts';
import { toWireSchema } from './wire.ts';

/** `baseUrl` includes `/v1`. */
export type OpenaiCompatibleOptions = { readonly baseUrl?: string; readonly apiKey?: string; readonly model?: string };

/**
 * Any server with the Chat Completions API: Ollama, vLLM, llama.cpp, gateways. What `options` leaves out is read from
 * `env`, when a thread first needs it.
 */
export function openaiCompatible(options: OpenaiCompatibleOptions = {}, env: Env = process.env): Model {
  const ask: Model = async ({ system, blocks, schema, signal }) => {
    const { baseUrl = required(env, 'LLM_BASE_URL'), model = required(env, 'LLM_MODEL') } = options;
    const { apiKey = setting(env, 'LLM_API_KEY') } = options;
    const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
    const headers: Readonly<Record<string, string>> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const window = [
      { role: 'system', content: system },
      { role: 'user', content: blocks.join('\n') },
    ];
    const json_schema = { name: 'next_step', strict: true, schema: toWireSchema(schema) };
    return askWithRepair(schema, async (more) => {
      const body = { model, messages: [...window, ...more], response_format: { type: 'json_schema', json_schema } };
      return toReply(await postJson({ url, headers, body, signal }, Completion));
    });
  };
  const needed = [...(options.baseUrl ? [] : ['LLM_BASE_URL']), ...(options.model ? [] : ['LLM_MODEL'])];
  return Object.assign(ask, { missing: () => unset(env, needed) });
}

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
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

function toReply({ choices: [{ finish_reason, message }], usage }: z.infer<typeof Completion>) {
  if (finish_reason === 'length') throw new Error('the answer was cut off: the server allows too few tokens');
  if (message.refusal || finish_reason === 'content_filter') throw new Error('the model refused to answer');
  const text = message.content ?? '';
  return {
    text,
    turn: { role: 'assistant' as const, content: text },
    usage: { input_tokens: usage?.prompt_tokens ?? 0, output_tokens: usage?.completion_tokens ?? 0 },
  };
}
