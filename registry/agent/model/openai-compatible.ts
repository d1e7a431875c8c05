import * as z from 'zod';
import type { Model } from '../core/model.ts';
import { isObject, without } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { createAdapter, REFUSED } from './adapter.ts';
import type { AdapterOptions, Env, Prompt, Provider } from './adapter.ts';
import { Dollars, fields, TokenCount } from './prices.ts';
import { DONE, fieldsOf, mergeUsage, type Fields, type StreamFormat } from './stream.ts';

/**
 * Any server with the Chat Completions API: Ollama, vLLM, llama.cpp, gateways. `baseUrl` includes
 * `/v1`.
 */
export function openaiCompatible(options: AdapterOptions = {}, env: Env = process.env): Model {
  return createAdapter(chatCompletionsApi, options, env);
}

const ChatUsage = fields({
  prompt_tokens: TokenCount,
  prompt_tokens_details: fields({ cached_tokens: TokenCount }),
  completion_tokens: TokenCount,
  completion_tokens_details: fields({ reasoning_tokens: TokenCount }),
  total_tokens: TokenCount,
  // Some gateways report it.
  cost: Dollars,
}).transform((usage) => ({
  input_tokens: usage.prompt_tokens,
  output_tokens: usage.completion_tokens,
  total_tokens: usage.total_tokens,
  cached_tokens: usage.prompt_tokens_details.cached_tokens,
  reasoning_tokens: usage.completion_tokens_details.reasoning_tokens,
  usd: usage.cost,
}));

const Message = z.looseObject({ content: z.unknown(), refusal: z.string().nullish() });
const Choice = z.object({
  finish_reason: z.string().nullish(),
  message: Message,
  /** Whether more of a stream is to come. */
  isOpen: z.boolean().optional(),
});
const Reply = z
  .object({ choices: z.tuple([Choice], z.unknown()), usage: ChatUsage })
  .transform(({ choices: [{ finish_reason, message, isOpen }], usage }) => {
    const thought = isOpen ? '' : jsonTakenForThinking(message);
    const text = textOf(message.content) || (message.refusal ?? thought);
    const stopError = message.refusal ? REFUSED : stopErrors[finish_reason ?? ''];
    return { text, error: stopError ?? (text === '' ? emptyError(message) : undefined), usage };
  });

/** Returns the text of a content: it may be a list of parts, or the JSON as an object. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(partText).join('');
  return isObject(content) ? JSON.stringify(content) : '';
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (!isObject(part) || !['text', 'output_text'].includes(String(part['type']))) return '';
  return typeof part['text'] === 'string' ? part['text'] : '';
}

/** Some servers take the whole answer of a model that thinks for its thinking. */
function jsonTakenForThinking({ reasoning_content, reasoning }: Fields): string {
  const texts = [reasoning_content, reasoning].map((text) => String(text ?? ''));
  return texts.find((text) => isObject(parseJson(text))) ?? '';
}

/** Says where the text is instead: a server may take it for thinking, or for a call. */
function emptyError(message: Fields): string {
  const others = without(without(message, 'role'), 'content');
  const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';
  const isList = (value: unknown) => Array.isArray(value) && value.length > 0;
  const filled = Object.entries(others).filter(([, value]) => isText(value) || isList(value));
  const names = filled.map(([name]) => name).join(' and ');
  return names === '' ? 'the answer is empty' : `the answer is empty: its text is in ${names}`;
}

/** Reasons why an answer ends early. */
const stopErrors: Readonly<Record<string, string>> = {
  content_filter: REFUSED,
  sensitive: REFUSED,
  error: 'the provider failed while it answered',
  network_error: 'the provider failed while it answered',
  insufficient_system_resource: 'the provider is overloaded',
  length: 'the answer was cut off: the server allows too few tokens',
};

const stream: StreamFormat = {
  request: { stream: true, stream_options: { include_usage: true } },
  add: addChunk,
  isLast: (chunk) => chunk['type'] === DONE || Boolean(choiceOf(chunk)['finish_reason']),
};

const choiceOf = ({ choices }: Fields) => fieldsOf(Array.isArray(choices) ? choices[0] : {});

function addChunk(body: Fields, chunk: Fields): Fields {
  const [before, choice] = [choiceOf(body), choiceOf(chunk)];
  const delta = without(fieldsOf(choice['delta'] ?? choice['message']), 'role');
  const message = { ...fieldsOf(before['message']) };
  for (const [name, value] of Object.entries(delta)) message[name] = addTo(message[name], value);
  const finish_reason = choice['finish_reason'] || before['finish_reason'];
  // Groq has its usage elsewhere.
  const { usage = fieldsOf(chunk['x_groq'])['usage'] } = chunk;
  const choices = [{ finish_reason, message, isOpen: !finish_reason }];
  return { choices, usage: mergeUsage(body['usage'], usage) };
}

/** Appends a text, or parts. Anything else replaces what was there. */
function addTo(before: unknown, value: unknown): unknown {
  if (value === null || before === undefined) return before ?? value;
  if (typeof before === 'string' && typeof value === 'string') return before + value;
  const isParts = Array.isArray(before) || Array.isArray(value);
  return isParts ? [before, value].flat() : value;
}

export const chatCompletionsApi: Provider = {
  name: 'the model server',
  prefix: 'LLM',
  defaults: {},
  required: ['baseUrl', 'model'],
  path: '/chat/completions',
  optionalStyle: 'nullable',
  headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  toBody,
  reply: Reply,
  stream,
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
