import * as z from 'zod';
import { oneLine, PermanentModelError } from '../core/errors.ts';
import { addUsage, type Usage } from '../core/event.ts';
import type { Model, ModelAnswer, ModelRequest } from '../core/model.ts';
import { wellFormed } from '../core/sanitize.ts';
import { parseAnswer } from './answer.ts';
import { postJson, SchemaRejected, StreamRejected, type PostRequest } from './http.ts';
import { cacheSchemas } from './json-schema.ts';
import type { JsonSchema, OptionalStyle, OutputSchema } from './json-schema.ts';
import { completeUsage, type PartialUsage } from './prices.ts';
import type { StreamFormat } from './stream.ts';

/** Timeout of one attempt. Three of them fit into the ten minutes that the loop waits. */
const TIMEOUT_MS = 190_000;

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

type Setting = 'baseUrl' | 'apiKey' | 'model' | 'effort';

/** The settings of a provider. `effort` is how much the model thinks, in the provider's terms. */
export type ProviderSettings = { readonly [name in Setting]?: string | undefined };

/** Settings in code come before the environment. `timeoutMs` is the timeout of one attempt. */
export type AdapterOptions = ProviderSettings & { readonly timeoutMs?: number };

/** The differences between the APIs of providers. */
export type Provider = {
  /** Its name in errors. */
  readonly name: string;
  /** The prefix of its environment variables. */
  readonly prefix: string;
  readonly defaults: ProviderSettings;
  readonly required: readonly Setting[];
  /** Appended to the base URL. */
  readonly path: string;
  readonly optionalStyle: OptionalStyle;
  headers: (apiKey: string) => Readonly<Record<string, string>>;
  toBody: (prompt: Prompt) => object;
  /** Reads the body of a response. */
  readonly reply: z.ZodType<ProviderReply>;
  readonly stream: StreamFormat;
};

/** A message of a chat, in the form that every provider takes. */
export type ChatMessage = {
  readonly role: 'assistant' | 'user';
  readonly content: unknown;
};

/** The answer of a provider. */
export type ModelReply = {
  readonly text: string;
  /** Why the text is not an answer: it was refused or cut off. */
  readonly error?: string | undefined;
  /** The text with everything around it, for the repair turn. `text` if it is left out. */
  readonly content?: unknown;
  readonly usage?: Usage | undefined;
};

/** An answer as the provider's API has it. Its usage may have gaps. */
export type ProviderReply = Omit<ModelReply, 'usage'> & {
  readonly usage?: PartialUsage | undefined;
};

/** The parts of a request. Without a `schema`, `system` has it as text. */
export type Prompt = Pick<ProviderSettings, 'model' | 'effort'> & {
  readonly system: string;
  readonly blocks: readonly string[];
  readonly schema?: JsonSchema | undefined;
  /** The messages of the repair turn. */
  readonly repair: readonly ChatMessage[];
};

export const REFUSED = 'the model refused to answer';

/** Creates a model for a provider. Settings are read when the model is first needed. */
export function createAdapter(provider: Provider, options: AdapterOptions, env: Env): Model {
  const { prefix, required, optionalStyle } = provider;
  const { timeoutMs = TIMEOUT_MS } = options;
  const outputSchema = cacheSchemas(optionalStyle);
  const setting = settingReader(provider, options, env);
  const send = sendStreamedFirst(provider.stream);

  function missing() {
    const unset = required.filter((name) => !setting(name));
    return unset.map((name) => variableName(prefix, name));
  }

  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    const { system, blocks, schema, signal, onRetry, onText } = request;
    const output = outputSchema(schema);
    const answer = await askWithRepair(request, (repair) =>
      sendStrictFirst(output, async (sent) => {
        const prompt = { ...describeOutput(system, sent), blocks, repair };
        const post = { ...toPost(provider, setting, prompt), signal, onRetry, timeoutMs };
        const { usage, ...reply } = await send(post, onText);
        const texts = { sent: () => JSON.stringify(post.body), received: reply.text };
        return { ...reply, usage: completeUsage(setting('model'), usage, texts) };
      }),
    );
    if (output.isStrict) return answer;
    return { ...answer, help: ['the schema as text', ...(answer.help ?? [])] };
  }

  function preview({ system, blocks, schema }: ModelRequest) {
    const prompt = { ...describeOutput(system, outputSchema(schema)), blocks, repair: [] };
    const { url, body } = toPost(provider, setting, prompt);
    return { url, body };
  }

  return Object.assign(model, { missing, preview });
}

type SettingReader = (name: Setting) => string | undefined;

/** Reads a setting from code, then from the environment, then from the defaults. */
export function settingReader(
  { prefix, defaults }: Pick<Provider, 'prefix' | 'defaults'>,
  options: ProviderSettings,
  env: Env,
): SettingReader {
  return (name) => {
    const variable = readVariable(env, variableName(prefix, name));
    return (options[name] ?? variable ?? defaults[name]) || undefined;
  };
}

/** Returns the environment variable of a setting, like `ANTHROPIC_API_KEY` for `apiKey`. */
function variableName(prefix: string, setting: Setting): string {
  return `${prefix}_${setting.replace(/[A-Z]/, '_$&').toUpperCase()}`;
}

/** Reads an environment variable. An empty one counts as unset. */
export function readVariable(env: Env, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Returns the instructions, and the schema if a strict mode gets it. */
export function describeOutput(system: string, { schema, isStrict }: OutputSchema) {
  if (isStrict) return { system, schema };
  const rule = 'Answer with one JSON object that matches this JSON schema, and with nothing else:';
  return { system: `${system}\n\n${rule}\n${JSON.stringify(schema)}` };
}

function toPost(provider: Provider, setting: SettingReader, prompt: Prompt) {
  const apiKey = setting('apiKey');
  const baseUrl = setting('baseUrl') ?? '';
  return {
    name: provider.name,
    keyName: variableName(provider.prefix, 'apiKey'),
    apiKey,
    url: baseUrl.replace(/\/+$/, '') + provider.path,
    headers: apiKey === undefined ? {} : provider.headers(apiKey),
    body: provider.toBody({ ...prompt, model: setting('model'), effort: setting('effort') }),
    reply: provider.reply,
  };
}

/** Sends the schema as text if the server rejects it for its strict mode, from then on. */
async function sendStrictFirst(
  output: OutputSchema,
  send: (output: OutputSchema) => Promise<ModelReply>,
): Promise<ModelReply> {
  try {
    return await send(output);
  } catch (error) {
    if (!output.isStrict || !(error instanceof SchemaRejected)) throw error;
    const reply = await send({ ...output, isStrict: false });
    output.isStrict = false;
    return reply;
  }
}

/** Streams to a listener. If the server rejects that, asks for whole answers from then on. */
function sendStreamedFirst(stream: StreamFormat) {
  let canStream = true;
  return async (post: PostRequest, onText: ModelRequest['onText']): Promise<ProviderReply> => {
    if (!onText || !canStream) return await postJson(post);
    const body = { ...post.body, ...stream.request };
    try {
      return await postJson({ ...post, body, stream: { ...stream, onText } });
    } catch (error) {
      if (!(error instanceof StreamRejected)) throw error;
      const reply = await postJson(post);
      canStream = false;
      return reply;
    }
  };
}

/**
 * Asks for a next step. If the answer is not one, asks once more, with that answer and its errors.
 * The usage is that of both requests, even if the second one fails. Withdraws the text of an answer
 * that is no next step.
 */
export async function askWithRepair(
  { schema, signal, onText }: Pick<ModelRequest, 'schema' | 'signal' | 'onText'>,
  ask: (repair: readonly ChatMessage[]) => Promise<ModelReply>,
): Promise<ModelAnswer> {
  const first = await ask([]);
  const answer = toAnswer(first, schema);
  if (answer.error !== undefined) onText?.('');
  if (first.error !== undefined || answer.error === undefined) {
    return answer;
  }
  const repair = [
    { role: 'assistant', content: wellFormedIn(first.content ?? first.text) },
    { role: 'user', content: `That is not a next step:\n${answer.error}\nAnswer again.` },
  ] as const;
  const second = await ask(repair).catch((error: unknown): ModelReply => {
    signal.throwIfAborted();
    return { text: first.text, error: oneLine(error) };
  });
  const { help = [], ...repaired } = toAnswer(second, schema);
  if (repaired.error !== undefined) onText?.('');
  const usage = totalUsage(first.usage, second.usage);
  return { ...repaired, usage, help: ['asked again', ...help] };
}

/** Returns the value with whole characters: providers reject a half of one. */
function wellFormedIn(value: unknown): unknown {
  const toWhole = (_: string, item: unknown) =>
    typeof item === 'string' ? wellFormed(item) : item;
  return JSON.parse(JSON.stringify(value, toWhole));
}

function toAnswer({ text, error, usage }: ModelReply, schema: z.ZodType): ModelAnswer {
  if (error !== undefined) {
    return { step: undefined, error, text, usage };
  }
  return { ...parseAnswer(text, schema), usage };
}

function totalUsage(first: Usage | undefined, second: Usage | undefined): Usage | undefined {
  if (!first || !second) return first ?? second;
  return { model: first.model, ...addUsage(first, second) };
}
