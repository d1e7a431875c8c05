import * as z from 'zod';
import { modelOf, type Options } from './adapter.ts';
import type { Model } from '../core/model.ts';
import { Tokens, type Provider, type Question, type Reply } from './adapter.ts';
import type { Env } from './adapter.ts';

/** What the model thinks counts, too. */
const MAX_TOKENS = 32_000;

/** Claude, by the Messages API. */
export const anthropic = (options: Options = {}, env: Env = process.env): Model =>
  modelOf(messages, options, env);

const Message = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullable(),
  usage: z.object({
    input_tokens: Tokens,
    cache_creation_input_tokens: Tokens.nullish(),
    cache_read_input_tokens: Tokens.nullish(),
    output_tokens: Tokens,
    output_tokens_details: z.object({ thinking_tokens: Tokens.nullish() }).nullish(),
  }),
});
type Message = z.infer<typeof Message>;

const messages: Provider<Message> = {
  name: 'Anthropic',
  prefix: 'ANTHROPIC',
  defaults: { baseUrl: 'https://api.anthropic.com', model: 'claude-sonnet-5-5' },
  needs: ['apiKey'],
  path: '/v1/messages',
  optional: 'absent',
  limits: { optional: 24, unions: 16 },
  headers: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
  body,
  answer: Message,
  reply,
};

function body({ model, effort, system, blocks, schema, turns }: Question): object {
  const output_config = {
    ...(effort && { effort }),
    ...(schema && { format: { type: 'json_schema', schema } }),
  };
  return {
    model,
    max_tokens: MAX_TOKENS,
    system,
    messages: [{ role: 'user', content: toContent(blocks) }, ...turns],
    ...(Object.keys(output_config).length > 0 && { output_config }),
  };
}

/** The next window starts with this one, so what is cached up to the last block is read again. */
function toContent(blocks: readonly string[]) {
  return blocks.map((block, index) => ({
    type: 'text',
    text: `${block}\n`,
    ...(index === blocks.length - 1 && { cache_control: { type: 'ephemeral' } }),
  }));
}

/** Why there is no more of an answer. */
const stops: Readonly<Record<string, string>> = {
  max_tokens: `the answer was cut off at ${MAX_TOKENS} tokens`,
  model_context_window_exceeded: 'the context window is full',
  refusal: 'the model refused to answer',
};

function reply({ content, stop_reason, usage }: Message): Reply {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } =
    usage;
  const [written, cached] = [cache_creation_input_tokens ?? 0, cache_read_input_tokens ?? 0];
  const reasoning = usage.output_tokens_details?.thinking_tokens ?? undefined;
  return {
    text: content.flatMap(({ type, text }) => (type === 'text' && text ? [text] : [])).join(''),
    error: stops[stop_reason ?? ''],
    turn: { role: 'assistant', content },
    took: {
      input: input_tokens + written + cached,
      written,
      cached,
      output: output_tokens,
      reasoning,
    },
  };
}
