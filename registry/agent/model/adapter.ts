import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { askWithRepair, type ChatMessage, type ModelReply } from './answer.ts';
import { postJson, type PostResult } from './http.ts';
import { toOutputSchema } from './json-schema.ts';
import type { JsonSchema, OptionalStyle, OutputSchema } from './json-schema.ts';
import { costOf, type TokenCounts } from './prices.ts';

/** Timeout of one attempt. Three of them fit into the ten minutes that the loop waits. */
const TIMEOUT_MS = 190_000;

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The ends of their environment variables, like `ANTHROPIC_API_KEY`. */
const suffixes = {
  baseUrl: 'BASE_URL',
  apiKey: 'API_KEY',
  model: 'MODEL',
  effort: 'EFFORT',
} as const;

type SettingName = keyof typeof suffixes;

/** The settings of a provider. `effort` is how much the model thinks, in the provider's terms. */
export type ProviderSettings = {
  readonly [Name in SettingName]?: string | undefined;
};

/** Settings in code come before the environment. `timeoutMs` is the timeout of one attempt. */
export type AdapterOptions = ProviderSettings & { readonly timeoutMs?: number };

/** The differences between the APIs of providers. */
export type Provider = {
  /** Its name in errors. */
  readonly name: string;
  /** The prefix of its environment variables. */
  readonly prefix: string;
  readonly defaults: ProviderSettings;
  readonly required: readonly SettingName[];
  /** Appended to the base URL. */
  readonly path: string;
  readonly optionalStyle: OptionalStyle;
  headers(apiKey: string): Readonly<Record<string, string>>;
  toBody(prompt: Prompt): object;
  /** Parses the body of a response. */
  readonly reply: z.ZodType<ProviderReply>;
};

/** The parts of a request. Without a `schema`, `system` has it as text. */
export type Prompt = {
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  readonly system: string;
  readonly blocks: readonly string[];
  readonly schema?: JsonSchema | undefined;
  /** The messages of the repair turn. */
  readonly repair: readonly ChatMessage[];
};

/** `tokens` is undefined if the provider reports none. `usd` is the cost that it reports itself. */
export type ProviderReply = Omit<ModelReply, 'usage'> & {
  readonly tokens?: ReportedTokens | undefined;
};

type ReportedTokens = TokenCounts & {
  readonly reasoning?: number | undefined;
  readonly usd?: number | undefined;
};

/** A number of tokens. An impossible one is an error: no budget would limit the cost. */
export const TokenCount = z.int().nonnegative();

/** A number of tokens that a provider may leave out. */
export const OptionalCount = TokenCount.nullish().transform((count) => count ?? undefined);

export const REFUSED = 'the model refused to answer';

/** Creates a model for a provider. Settings are read when the model is first needed. */
export function createAdapter(provider: Provider, options: AdapterOptions, env: Env): Model {
  const { timeoutMs = TIMEOUT_MS } = options;
  const outputSchema = cacheSchemas(provider.optionalStyle);
  const readSettings = () => resolveSettings(provider, options, env);

  function missing() {
    const settings = readSettings();
    const unset = provider.required.filter((name) => !settings[name]);
    return unset.map((name) => variableName(provider.prefix, name));
  }

  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    const settings = readSettings();
    const { signal } = request;
    return askWithRepair(request, (repair) =>
      sendStrictFirst(outputSchema(request.schema), async (output) => {
        const post = toPost(provider, settings, toPrompt(settings, request, output, repair));
        const result = await postJson({ ...post, signal, timeoutMs }, provider.reply);
        return toReply(result, settings.model);
      }),
    );
  }

  function preview(request: ModelRequest) {
    const settings = readSettings();
    const prompt = toPrompt(settings, request, outputSchema(request.schema), []);
    const { url, body } = toPost(provider, settings, prompt);
    return { url, body };
  }

  return Object.assign(model, { missing, preview });
}

function toPrompt(
  { model, effort }: ProviderSettings,
  { system, blocks }: ModelRequest,
  output: OutputSchema,
  repair: readonly ChatMessage[],
): Prompt {
  return { model, effort, blocks, repair, ...describeOutput(system, output) };
}

/** Returns the instructions, and the schema for a strict mode. */
export function describeOutput(system: string, { schema, isStrict }: OutputSchema) {
  if (isStrict) return { system, schema };
  const rule = 'Answer with one JSON object that matches this JSON schema, and with nothing else:';
  return { system: `${system}\n\n${rule}\n${JSON.stringify(schema)}` };
}

function toPost(provider: Provider, settings: ProviderSettings, prompt: Prompt) {
  const { baseUrl = '', apiKey } = settings;
  return {
    name: provider.name,
    keyName: variableName(provider.prefix, 'apiKey'),
    apiKey,
    url: baseUrl.replace(/\/+$/, '') + provider.path,
    headers: apiKey === undefined ? {} : provider.headers(apiKey),
    body: provider.toBody(prompt),
  };
}

/** Sends the schema as text if the server rejects it for its strict mode, from then on. */
async function sendStrictFirst(
  output: OutputSchema,
  ask: (output: OutputSchema) => Promise<ModelReply>,
): Promise<ModelReply> {
  try {
    return await ask(output);
  } catch (error) {
    if (!output.isStrict || !isSchemaRejection(error)) throw error;
    const reply = await ask({ ...output, isStrict: false });
    output.isStrict = false;
    return reply;
  }
}

/** A server without schemas, or one for which this schema is too large or too complex. */
function isSchemaRejection(error: unknown): boolean {
  const rejection = /answered (400|422)\b.*(schema|grammar|format)/is;
  return error instanceof PermanentModelError && rejection.test(error.message);
}

function toReply({ answer, source }: PostResult<ProviderReply>, model = ''): ModelReply {
  const { text, message, tokens, error } = answer;
  const problem = text === '' ? (error ?? 'the answer is empty') : error;
  return {
    text,
    message,
    error: problem && `${source}: ${problem}`,
    usage: tokens && toUsage(model, tokens),
  };
}

/** Adds the cost, if the provider does not report it and the model has a price. */
export function toUsage(model: string, tokens: ReportedTokens): Usage {
  return {
    model,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cached_tokens: tokens.cached,
    reasoning_tokens: tokens.reasoning,
    usd: tokens.usd ?? costOf(model, tokens),
  };
}

/** Returns the environment variable of a setting, like `ANTHROPIC_API_KEY`. */
function variableName(prefix: string, setting: SettingName): string {
  return `${prefix}_${suffixes[setting]}`;
}

/** Reads an environment variable. An empty one counts as unset. */
export function readVariable(env: Env, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Reads the settings from code, then from the environment, then from the defaults. */
export function resolveSettings(
  { prefix, defaults }: Pick<Provider, 'prefix' | 'defaults'>,
  options: ProviderSettings,
  env: Env,
): ProviderSettings {
  const valueOf = (name: SettingName) => {
    const variable = readVariable(env, variableName(prefix, name));
    return (options[name] ?? variable ?? defaults[name]) || undefined;
  };
  return {
    baseUrl: valueOf('baseUrl'),
    apiKey: valueOf('apiKey'),
    model: valueOf('model'),
    effort: valueOf('effort'),
  };
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
