import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { askWithRepair, type ChatMessage, type ModelReply } from './answer.ts';
import { postJson, type PostRequest } from './http.ts';
import { fitsLimits, toStrictSchema } from './json-schema.ts';
import type { JsonSchema, OptionalStyle, SchemaSize } from './json-schema.ts';
import { costOf, type TokenCounts } from './prices.ts';

/** Time-out of one attempt. Three of them fit into the ten minutes that the loop waits. */
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

/** Settings in code come before the environment. `timeoutMs` is the time-out of one attempt. */
export type AdapterOptions = ProviderSettings & { readonly timeoutMs?: number };

/** What differs between providers' APIs. `R` is the body of a response. */
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

/** What a request asks. Without a `schema`, `system` has it as text. */
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

/** Creates a model for a provider. Settings are read when the model is first needed. */
export function createAdapter<R>(provider: Provider<R>, options: AdapterOptions, env: Env): Model {
  const { prefix, required } = provider;
  const settings = () => resolveSettings(provider, options, env);
  const outputSchema = cacheSchemas(provider.optionalStyle, provider.limits);

  function missing() {
    const current = settings();
    return required.filter((name) => !current[name]).map((name) => variableName(prefix, name));
  }

  function toRequest(request: ModelRequest, output: OutputSchema, repair: Prompt['repair'] = []) {
    const { blocks, signal } = request;
    const { timeoutMs = TIMEOUT_MS } = options;
    const { baseUrl = '', apiKey, model = '', effort } = settings();
    const prompt = {
      model,
      effort,
      blocks,
      repair,
      ...describeOutput(request.system, output),
    };
    return {
      name: provider.name,
      keyName: variableName(prefix, 'apiKey'),
      url: baseUrl.replace(/\/+$/, '') + provider.path,
      headers: apiKey === undefined ? {} : provider.headers(apiKey),
      body: provider.toBody(prompt),
      signal,
      timeoutMs,
      model,
    };
  }

  async function ask(request: ModelRequest, repair: Prompt['repair']): Promise<ModelReply> {
    const output = outputSchema(request.schema);
    try {
      return await send(provider, toRequest(request, output, repair));
    } catch (error) {
      if (!output.isStrict || !isSchemaRejection(error)) {
        throw error;
      }
      const asText = { ...output, isStrict: false };
      const reply = await send(provider, toRequest(request, asText, repair));
      output.isStrict = false;
      return reply;
    }
  }

  async function model(request: ModelRequest) {
    const [variable] = missing();
    if (variable !== undefined) {
      throw new PermanentModelError(`${variable} is not set`);
    }
    return askWithRepair(request, (repair) => ask(request, repair));
  }

  function preview(request: ModelRequest) {
    const { url, body } = toRequest(request, outputSchema(request.schema));
    return { url, body };
  }

  return Object.assign(model, { missing, preview });
}

/** @throws as `postJson` does */
async function send<R>(
  provider: Provider<R>,
  request: PostRequest & { readonly model: string },
): Promise<ModelReply> {
  const { answer, source } = await postJson(request, provider.responseSchema);
  const { text, message, tokens, ...reply } = provider.readResponse(answer);
  const problem = reply.error ?? (text === '' ? 'the answer is empty' : undefined);
  const error = problem && `${source}: ${problem}`;
  return {
    text,
    error,
    message,
    usage: tokens && toUsage(request.model, tokens),
  };
}

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
    const output = {
      schema: strict,
      isStrict: fitsLimits(strict, limits),
    };
    cache.set(schema, output);
    return output;
  };
}

function describeOutput(system: string, { schema, isStrict }: OutputSchema) {
  if (isStrict) return { system, schema };
  const rule = 'Answer with one JSON object that matches this JSON schema, and with nothing else:';
  return {
    system: `${system}\n\n${rule}\n${JSON.stringify(schema)}`,
  };
}
