import * as z from 'zod';
import type { Model } from './model.ts';
import { postJson } from './post.ts';
import { askWithRepair, required, setting, unset, type Env } from './provider.ts';
import { toWireSchema } from './wire.ts';

const MODEL = 'claude-sonnet-5-5';

/** What the model thinks counts, too. */
const MAX_TOKENS = 16_000;

/** `baseUrl` is without `/v1`. */
export type AnthropicOptions = { readonly baseUrl?: string; readonly apiKey?: string; readonly model?: string };

/** Claude, by the Messages API. What `options` leaves out is read from `env`, when a thread first needs it. */
export function anthropic(options: AnthropicOptions = {}, env: Env = process.env): Model {
  const ask: Model = async ({ system, blocks, schema, signal }) => {
    const { baseUrl = setting(env, 'ANTHROPIC_BASE_URL') ?? 'https://api.anthropic.com' } = options;
    const { apiKey = required(env, 'ANTHROPIC_API_KEY'), model = setting(env, 'ANTHROPIC_MODEL') ?? MODEL } = options;
    const url = `${baseUrl.replace(/\/+$/, '')}/v1/messages`;
    const headers = { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' };
    const window = { role: 'user', content: toContent(blocks) };
    const output_config = { format: { type: 'json_schema', schema: toWireSchema(schema) } };
    return askWithRepair(schema, async (more) => {
      const body = { model, max_tokens: MAX_TOKENS, system, messages: [window, ...more], output_config };
      return toReply(await postJson({ url, headers, body, signal }, Message));
    });
  };
  return Object.assign(ask, { missing: () => unset(env, options.apiKey === undefined ? ['ANTHROPIC_API_KEY'] : []) });
}

/** The next window starts with this one, so what is cached up to the last block is read again. */
function toContent(blocks: readonly string[]) {
  return blocks.map((block, index) => ({
    type: 'text',
    text: `${block}\n`,
    ...(index === blocks.length - 1 && { cache_control: { type: 'ephemeral' } }),
  }));
}

const Message = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullable(),
  usage: z.object({
    input_tokens: z.number(),
    cache_creation_input_tokens: z.number().nullish(),
    cache_read_input_tokens: z.number().nullish(),
    output_tokens: z.number(),
  }),
});

function toReply({ content, stop_reason, usage }: z.infer<typeof Message>) {
  if (stop_reason === 'max_tokens') throw new Error(`the answer was cut off at ${MAX_TOKENS} tokens`);
  if (stop_reason === 'model_context_window_exceeded') throw new Error('the context window is full');
  if (stop_reason === 'refusal') throw new Error('the model refused to answer');
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = usage;
  const cached = (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0);
  return {
    text: content.flatMap(({ type, text }) => (type === 'text' && text ? [text] : [])).join(''),
    turn: { role: 'assistant' as const, content },
    usage: { input_tokens: input_tokens + cached, output_tokens },
  };
}
