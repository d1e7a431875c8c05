import * as z from 'zod';
import { without } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import { createAdapter, REFUSED } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider } from './adapter.ts';
import { fields, TokenCount } from './prices.ts';
import { fieldsOf, mergeUsage, withItem, withTexts } from './stream.ts';
import type { Fields, StreamFormat } from './stream.ts';

/** Limit of an answer, including what the model thinks. */
const MAX_TOKENS = 32_000;

/** Claude, with the Messages API. */
export function anthropic(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(messagesApi, options, env);
}

/** Reasons why an answer ends early. */
const stopErrors: Readonly<Record<string, string>> = {
  max_tokens: `the answer was cut off at ${MAX_TOKENS} tokens`,
  model_context_window_exceeded: 'the context window is full',
  refusal: REFUSED,
};

const Reply = z
  .object({
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
    stop_reason: z.string().nullable(),
    usage: fields({
      input_tokens: TokenCount,
      cache_creation_input_tokens: TokenCount,
      cache_read_input_tokens: TokenCount,
      output_tokens: TokenCount,
      output_tokens_details: fields({ thinking_tokens: TokenCount }),
    }),
  })
  .transform(({ content, stop_reason, usage }) => {
    const texts = content.filter(({ type }) => type === 'text');
    const { cache_creation_input_tokens: written_tokens = 0 } = usage;
    const { cache_read_input_tokens: cached_tokens = 0 } = usage;
    const { input_tokens: fresh } = usage;
    return {
      text: texts.map(({ text }) => text).join(''),
      error: stopErrors[stop_reason ?? ''],
      content,
      usage: {
        input_tokens: fresh === undefined ? fresh : fresh + written_tokens + cached_tokens,
        output_tokens: usage.output_tokens,
        cached_tokens,
        reasoning_tokens: usage.output_tokens_details.thinking_tokens,
        written_tokens,
      },
    };
  });

const stream: StreamFormat = {
  request: { stream: true },
  add: addEvent,
  isLast: ({ type }) => type === 'message_stop',
};

function addEvent(body: Fields, event: Fields): Fields {
  const { type, index, content_block } = event;
  const [message, delta] = [event['message'], event['delta']].map(fieldsOf);
  const change = (to: (block: Fields) => Fields) => ({
    ...body,
    content: withItem(body['content'], index, to),
  });
  switch (type) {
    case 'message_start':
      // How much it has written before the answer is no count of the answer.
      return { ...message, usage: without(fieldsOf(message?.['usage']), 'output_tokens') };
    case 'content_block_start':
      return change(() => fieldsOf(content_block));
    case 'content_block_delta':
      return change((block) =>
        withTexts(block, fieldsOf(delta), ['text', 'thinking', 'signature']),
      );
    case 'message_delta':
      return { ...body, ...delta, usage: mergeUsage(body['usage'], event['usage']) };
    default:
      return body;
  }
}

export const messagesApi: Provider = {
  name: 'Anthropic',
  prefix: 'ANTHROPIC',
  defaults: { baseUrl: 'https://api.anthropic.com', model: 'claude-sonnet-5-5' },
  required: ['apiKey'],
  path: '/v1/messages',
  optionalStyle: 'not-required',
  headers: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
  toBody,
  reply: Reply,
  stream,
};

function toBody({ model, effort, system, blocks, schema, repair }: Prompt): object {
  const format = schema && { type: 'json_schema', schema };
  return {
    model,
    max_tokens: MAX_TOKENS,
    system,
    messages: [{ role: 'user', content: toContent(blocks) }, ...repair],
    output_config: effort || format ? { effort, format } : undefined,
  };
}

/** The next context window starts with this one: the cache is read up to the last block. */
function toContent(blocks: readonly string[]) {
  const content = blocks.map((block) => ({ type: 'text', text: `${block}\n` }));
  const last = content.pop();
  if (!last) return [];
  return [...content, { ...last, cache_control: { type: 'ephemeral' } }];
}
