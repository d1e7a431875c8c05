import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { askWithRepair, type ChatMessage, type ModelReply } from './answer.ts';
import { postJson } from './http.ts';
import { toOutputSchema } from './json-schema.ts';
import type { JsonSchema, OptionalStyle, OutputSchema } from './json-schema.ts';
import { costOf, type ReportedUsage } from './prices.ts';

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
  headers(apiKey: string): Readonly<Record<string, string>>;
  toBody(prompt: Prompt): object;
  /** Reads the body of a response. */
  readonly reply: z.ZodType<ModelReply>;
};

/** The parts of a request. Without a `schema`, `system` has it as text. */
export type Prompt = Pick<ProviderSettings, 'model' | 'effort'> & {
  readonly system: string;
  readonly blocks: readonly string[];
  readonly schema?: JsonSchema | undefined;
  /** The messages of the repair turn. */
  readonly repair: readonly ChatMessage[];
};

/** A number of tokens. An impossible one is an error: no budget would limit the cost. */
export const TokenCount = z.int().nonnegative();

/** A field that a provider may leave out, or set to null. */
export function optional<T>(type: z.ZodType<T>) {
  return type.nullish().transform((value) => value ?? undefined);
}

export const OptionalCount = optional(TokenCount);

export const REFUSED = 'the model refused to answer';

/** Creates a model for a provider. Settings are read when the model is first needed. */
export function createAdapter(provider: Provider, options: AdapterOptions, env: Env): Model {
  const { prefix, required, optionalStyle } = provider;
  const { timeoutMs = TIMEOUT_MS } = options;
  const outputSchema = cacheSchemas(optionalStyle);
  const setting = settingReader(provider, options, env);

  function missing() {
    const unset = required.filter((name) => !setting(name));
    return unset.map((name) => variableName(prefix, name));
  }

  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    const { system, blocks, schema, signal, onRetry } = request;
    return askWithRepair(request, (repair) =>
      sendStrictFirst(outputSchema(schema), async (output) => {
        const prompt = { ...describeOutput(system, output), blocks, repair };
        const post = toPost(provider, setting, prompt);
        const { usage, ...answer } = await postJson({ ...post, signal, onRetry, timeoutMs });
        return { ...answer, usage: usage && withCost(setting('model'), usage) };
      }),
    );
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
    if (!output.isStrict || !isSchemaRejection(error)) throw error;
    const reply = await send({ ...output, isStrict: false });
    output.isStrict = false;
    return reply;
  }
}

/** A server without schemas, or one for which this schema is too large or too complex. */
function isSchemaRejection(error: unknown): boolean {
  const rejection = /answered (400|422)\b.*(schema|grammar|format)/is;
  return error instanceof PermanentModelError && rejection.test(error.message);
}

/** Adds the cost, if the provider does not report it and the model has a price. */
export function withCost(model = '', reported: ReportedUsage): Usage {
  const { written_tokens: _, ...usage } = reported;
  return { model, ...usage, usd: usage.usd ?? costOf(model, reported) };
}

/** Converts each schema once: with many tools, this is the slowest part of a request. */
export function cacheSchemas(style: OptionalStyle): (schema: z.ZodType) => OutputSchema {
  const cache = new WeakMap<z.ZodType, OutputSchema>();
  return (schema) => {
    const output = cache.get(schema) ?? toOutputSchema(schema, style);
    cache.set(schema, output);
    return output;
  };
}
