import { anthropic } from '../../../registry/agent/model/anthropic.ts';
import type { AdapterOptions } from '../../../registry/agent/model/adapter.ts';
import type { Model } from '../../../registry/agent/core/model.ts';
import { openaiCompatible } from '../../../registry/agent/model/openai-compatible.ts';
import { openai } from '../../../registry/agent/model/openai.ts';
import type { JsonSchema } from '../../../registry/agent/model/json-schema.ts';

/** The three protocols, and how each says the same thing. */
export type Protocol = {
  /** Whom errors name. */
  readonly name: string;
  readonly keyName: string;
  model(url: string, options?: AdapterOptions): Model;
  /** An answer's body. */
  says(text: string): object;
  readonly refusal: object;
  readonly cutOff: object;
  /** The schema that a request's body asks for; undefined if it is in words. */
  schemaIn(body: string): JsonSchema | undefined;
  systemIn(body: string): string;
};

const usage = { input_tokens: 20, output_tokens: 5 };
const message = (text: string, stop_reason: string) => ({
  content: [{ type: 'text', text }],
  stop_reason,
  usage,
});
const response = (content: object, rest: object = { status: 'completed' }) => ({
  output: [{ type: 'message', role: 'assistant', content: [content] }],
  usage,
  ...rest,
});
const completion = (message: object, finish_reason = 'stop') => ({
  choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
  usage: { prompt_tokens: 20, completion_tokens: 5 },
});

export const protocols: readonly Protocol[] = [
  {
    name: 'Anthropic',
    keyName: 'ANTHROPIC_API_KEY',
    model: (baseUrl, options) => anthropic({ baseUrl, apiKey: 'k', ...options }, {}),
    says: (text) => message(text, 'end_turn'),
    refusal: message('', 'refusal'),
    cutOff: message('{"next_step":{"int', 'max_tokens'),
    schemaIn: (body) => JSON.parse(body).output_config?.format.schema,
    systemIn: (body) => JSON.parse(body).system,
  },
  {
    name: 'OpenAI',
    keyName: 'OPENAI_API_KEY',
    model: (url, options) => openai({ baseUrl: `${url}/v1`, apiKey: 'k', ...options }, {}),
    says: (text) => response({ type: 'output_text', text }),
    refusal: response({ type: 'refusal', refusal: 'I cannot help with that.' }),
    cutOff: response(
      { type: 'output_text', text: '{"next_step":{"int' },
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    ),
    schemaIn: (body) => JSON.parse(body).text?.format.schema,
    systemIn: (body) => JSON.parse(body).instructions,
  },
  {
    name: 'the model server',
    keyName: 'LLM_API_KEY',
    model: (url, options) =>
      openaiCompatible({ baseUrl: `${url}/v1`, model: 'qwen3', apiKey: 'k', ...options }, {}),
    says: (content) => completion({ content }),
    refusal: completion({ content: null, refusal: 'I cannot help with that.' }),
    cutOff: completion({ content: '{"next_step":{"int' }, 'length'),
    schemaIn: (body) => JSON.parse(body).response_format?.json_schema.schema,
    systemIn: (body) => JSON.parse(body).messages[0].content,
  },
];
