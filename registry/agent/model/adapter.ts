import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { askWithRepair, type ChatMessage, type ModelReply } from './answer.ts';
import { postJson, type PostRequest } from './http.ts';
import { fitsLimits, toStrictSchema } from './json-schema.ts';
import type { JsonSchema, OptionalStyle, SchemaSize } from './json-schema.ts';
import { costOf, type TokenCounts } from './prices.ts';

/** Timeout of one attempt. Three of them fit into the ten minutes that the loop waits. */
const TIMEOUT_MS = 190_000;

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The settings of a provider. `effort` is how much the model thinks, in the provider's terms. */
export type ProviderSettings = {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
};

/** Settings in code come before the environment. `timeoutMs` is the timeout of one attempt. */
export type AdapterOptions = ProviderSettings & { readonly timeoutMs?: number };

/** The differences between the APIs of providers. `R` is the body of a response. */
export type Provider<R> = {
  /** Its name in errors. */
  readonly name: string;
  /** The prefix of its environment variables. */
  readonly prefix: string;
  readonly defaults: ProviderSettings;
  readonly required: readonly (keyof ProviderSettings)[];
  /** Appended to the base URL. */
  readonly path: string;
  readonly optionalStyle: OptionalStyle;
  /** The largest schema that its strict mode accepts. */
  readonly limits: Partial<SchemaSize>;
  headers(apiKey: string): Readonly<Record<string, string>>;
  toBody(prompt: Prompt): object;
  readonly responseSchema: z.ZodType<R>;
  readResponse(response: R): ProviderReply;
};

/** The parts of a request. Without a `schema`, `system` has it as text. */
export type Prompt = {
  readonly model: string;
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

export const REFUSED = 'the model refused to answer';

/** Creates a model for a provider. Settings are read when the model is first needed. */
export function createAdapter<R>(provider: Provider<R>, options: AdapterOptions, env: Env): Model {
  const { prefix, required, optionalStyle, limits } = provider;
  const { timeoutMs = TIMEOUT_MS } = options;
  const outputSchema = cacheSchemas(optionalStyle, limits);
  const readSettings = () => resolveSettings(provider, options, env);

  function missing() {
    const settings = readSettings();
    const unset = required.filter((name) => !settings[name]);
    return unset.map((name) => variableName(prefix, name));
  }

  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    const settings = readSettings();
    const limit = { timeoutMs, signal: request.signal };
    return askWithRepair(request, (repair) =>
      sendStrictFirst(outputSchema(request.schema), (output) => {
        const prompt = toPrompt(settings, request, output, repair);
        return send(provider, settings, prompt, limit);
      }),
    );
  }

  function preview(request: ModelRequest) {
    const settings = readSettings();
    const prompt = toPrompt(settings, request, outputSchema(request.schema), []);
    return { url: urlOf(provider, settings), body: provider.toBody(prompt) };
  }

  return Object.assign(model, { missing, preview });
}

function toPrompt(
  { model = '', effort }: ProviderSettings,
  { system, blocks }: ModelRequest,
  output: OutputSchema,
  repair: readonly ChatMessage[],
): Prompt {
  return { model, effort, blocks, repair, ...describeOutput(system, output) };
}

function urlOf<R>({ path }: Provider<R>, { baseUrl = '' }: ProviderSettings): string {
  return baseUrl.replace(/\/+$/, '') + path;
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

/** @throws as `postJson` does */
async function send<R>(
  provider: Provider<R>,
  settings: ProviderSettings,
  prompt: Prompt,
  limit: Pick<PostRequest, 'signal' | 'timeoutMs'>,
): Promise<ModelReply> {
  const { apiKey } = settings;
  const request = {
    name: provider.name,
    keyName: variableName(provider.prefix, 'apiKey'),
    url: urlOf(provider, settings),
    headers: apiKey === undefined ? {} : provider.headers(apiKey),
    body: provider.toBody(prompt),
    ...limit,
  };
  const { answer, source } = await postJson(request, provider.responseSchema);
  const { text, message, tokens, ...reply } = provider.readResponse(answer);
  const emptyError = text === '' ? 'the answer is empty' : undefined;
  const problem = reply.error ?? emptyError;
  const error = problem && `${source}: ${problem}`;
  const usage = tokens && toUsage(prompt.model, tokens);
  return { text, error, message, usage };
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

/** A server without schemas, or one for which this schema is too large. It gets it as text. */
function isSchemaRejection(error: unknown): boolean {
  const rejection = /answered (400|422)\b.*(schema|grammar|format)/is;
  return error instanceof PermanentModelError && rejection.test(error.message);
}

const suffixes = {
  baseUrl: 'BASE_URL',
  apiKey: 'API_KEY',
  model: 'MODEL',
  effort: 'EFFORT',
} as const;

/** Returns the environment variable of a setting, like `ANTHROPIC_API_KEY`. */
function variableName(prefix: string, setting: keyof ProviderSettings): string {
  return `${prefix}_${suffixes[setting]}`;
}

/** Reads an environment variable. An empty one counts as unset. */
export function readVariable(env: Env, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Reads the settings from code, then from the environment, then from the defaults. */
export function resolveSettings(
  { prefix, defaults }: Pick<Provider<unknown>, 'prefix' | 'defaults'>,
  options: ProviderSettings,
  env: Env,
): ProviderSettings {
  const valueOf = (name: keyof ProviderSettings) =>
    options[name] ?? readVariable(env, variableName(prefix, name)) ?? defaults[name];
  return {
    baseUrl: valueOf('baseUrl'),
    apiKey: valueOf('apiKey'),
    model: valueOf('model'),
    effort: valueOf('effort'),
  };
}

/** The schema of an answer. It is sent as text if it does not fit the provider's strict mode. */
type OutputSchema = {
  readonly schema: JsonSchema;
  isStrict: boolean;
};

/** Converts each schema once: with many tools, this is the slowest part of a request. */
export function cacheSchemas(style: OptionalStyle, limits: Partial<SchemaSize>) {
  const cache = new WeakMap<z.ZodType, OutputSchema>();
  return (schema: z.ZodType): OutputSchema => {
    const cached = cache.get(schema);
    if (cached) return cached;
    const strict = toStrictSchema(schema, style);
    const output = { schema: strict, isStrict: fitsLimits(strict, limits) };
    cache.set(schema, output);
    return output;
  };
}

function describeOutput(system: string, { schema, isStrict }: OutputSchema) {
  if (isStrict) return { system, schema };
  const rule = 'Answer with one JSON object that matches this JSON schema, and with nothing else:';
  return { system: `${system}\n\n${rule}\n${JSON.stringify(schema)}` };
}
