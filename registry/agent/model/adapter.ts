import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { askWithRepair, type Said, type Turn } from './answer.ts';
import { type Post, postJson } from './http.ts';
import { fits, type JsonSchema, type Optional, type Size, toWireSchema } from './json-schema.ts';
import { costOf, type Counts } from './prices.ts';

/** Three attempts fit into the ten minutes that the loop waits. */
const TIMEOUT_MS = 190_000;

/** What can be said in code instead of the environment. `timeoutMs` is for one attempt. */
export type Options = Settings & { readonly timeoutMs?: number };

/** A model by its provider's API. What `options` leaves out is read from `env`, when a thread first needs it. */
export function modelOf<A>(provider: Provider<A>, options: Options, env: Env): Model {
  const { name, prefix, defaults, needs } = provider;
  const { timeoutMs = TIMEOUT_MS } = options;
  const settings = () => settingsOf(prefix, options, env, defaults);
  const missing = () => {
    const set = settings();
    return needs.filter((need) => !set[need]).map((need) => variable(prefix, need));
  };
  const wireOf = translator(provider);

  function toPost({ system, blocks, signal }: ModelRequest, turns: readonly Turn[], wire: Wire) {
    const { baseUrl = '', apiKey, model = '', effort } = settings();
    const url = baseUrl.replace(/\/+$/, '') + provider.path;
    const headers = apiKey === undefined ? {} : provider.headers(apiKey);
    const body = provider.body({ model, effort, blocks, turns, ...described(system, wire) });
    return {
      name,
      keyName: variable(prefix, 'apiKey'),
      url,
      headers,
      body,
      signal,
      timeoutMs,
      model,
    };
  }

  async function say(request: ModelRequest, turns: readonly Turn[]): Promise<Said> {
    const wire = wireOf(request.schema);
    try {
      return await ask(provider, toPost(request, turns, wire));
    } catch (error) {
      if (!wire.isStrict || !isAboutSchema(error)) throw error;
      const said = await ask(provider, toPost(request, turns, { ...wire, isStrict: false }));
      wire.isStrict = false;
      return said;
    }
  }

  async function model(request: ModelRequest) {
    const [lacking] = missing();
    if (lacking !== undefined) throw new PermanentModelError(`${lacking} is not set`);
    return askWithRepair(request, (turns) => say(request, turns));
  }

  function preview(request: ModelRequest) {
    const { url, body } = toPost(request, [], wireOf(request.schema));
    return { url, body };
  }

  return Object.assign(model, { missing, preview });
}

/** @throws as `postJson` does */
async function ask<A>(
  provider: Provider<A>,
  post: Post & { readonly model: string },
): Promise<Said> {
  const { answer, who } = await postJson(post, provider.answer);
  const {
    text,
    error = text === '' ? 'the answer is empty' : undefined,
    turn,
    took,
  } = provider.reply(answer);
  return {
    text,
    turn,
    usage: took && usageOf(post.model, took),
    error: error && `${who}: ${error}`,
  };
}

const usageOf = (model: string, took: NonNullable<Reply['took']>) => ({
  model,
  input_tokens: took.input,
  output_tokens: took.output,
  cached_tokens: took.cached,
  reasoning_tokens: took.reasoning,
  usd: took.usd ?? costOf(model, took),
});

/** A server that knows no schemas, or for which this one is too much, is told it in words; what it says is checked. */
const isAboutSchema = (error: unknown): boolean =>
  error instanceof PermanentModelError &&
  /answered (400|422)\b.*(schema|grammar|format)/is.test(error.message);

/** How many tokens, in an answer. One that lies about it is refused: no budget would hold. */
export const Tokens = z.int().nonnegative();

/** What a provider is asked. Without a `schema`, `system` has it as text. */
export type Question = {
  readonly model: string;
  readonly effort?: string | undefined;
  readonly system: string;
  readonly blocks: readonly string[];
  readonly schema?: JsonSchema | undefined;
  /** What was said since, in the repair turn. */
  readonly turns: readonly Turn[];
};

/** What a provider answered. */
export type Reply = {
  readonly text: string;
  /** Why the text is no answer: a refusal, or the end of what was allowed. It is paid for all the same. */
  readonly error?: string | undefined;
  /** Repeats the answer to the model. */
  readonly turn: Turn;
  /** Undefined where the provider does not say. */
  readonly took?:
    | (Counts & { readonly reasoning?: number | undefined; readonly usd?: number | undefined })
    | undefined;
};

/** A provider's API: what tells it from the others. */
export type Provider<A> = {
  readonly name: string;
  /** Of its variables. */
  readonly prefix: string;
  readonly defaults: Settings;
  /** What it cannot do without. */
  readonly needs: readonly (keyof Settings)[];
  /** Behind the base URL. */
  readonly path: string;
  readonly optional: Optional;
  /** What its strict mode takes. */
  readonly limits: Partial<Size>;
  headers(apiKey: string): Readonly<Record<string, string>>;
  body(question: Question): object;
  readonly answer: z.ZodType<A>;
  reply(answer: A): Reply;
};

/** The variables of a process, `process.env` say. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What an adapter needs to know; `effort` is how much a model should think, in its provider's own words. */
export type Settings = {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
};

const suffixes = {
  baseUrl: 'BASE_URL',
  apiKey: 'API_KEY',
  model: 'MODEL',
  effort: 'EFFORT',
} as const;

/** The variable of a setting: `ANTHROPIC_API_KEY`, say. */
export const variable = (prefix: string, name: keyof Settings): string =>
  `${prefix}_${suffixes[name]}`;

/** A variable of the environment. An empty one counts as unset. */
export const setting = (env: Env, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/** What is set in code, else in the environment, else by default. */
export function settingsOf(
  prefix: string,
  options: Settings,
  env: Env,
  defaults: Settings,
): Settings {
  const valueOf = (name: keyof Settings) =>
    options[name] ?? setting(env, variable(prefix, name)) ?? defaults[name];
  return {
    baseUrl: valueOf('baseUrl'),
    apiKey: valueOf('apiKey'),
    model: valueOf('model'),
    effort: valueOf('effort'),
  };
}

/** A schema as it is sent: for the provider's strict mode, or in words. */
export type Wire = { readonly schema: JsonSchema; isStrict: boolean };

/** Translates each schema once: for many tools, that takes longer than all else before a request is sent. */
export function translator({ optional, limits }: Pick<Provider<unknown>, 'optional' | 'limits'>) {
  const known = new WeakMap<z.ZodType, Wire>();
  return (asked: z.ZodType): Wire => {
    const before = known.get(asked);
    if (before) return before;
    const schema = toWireSchema(asked, optional);
    const wire = { schema, isStrict: fits(schema, limits) };
    known.set(asked, wire);
    return wire;
  };
}

/** The part of a request that says what the answer must match. */
export const described = (system: string, { schema, isStrict }: Wire) =>
  isStrict ? { system, schema } : { system: `${system}\n\n${inWords(schema)}` };

const inWords = (schema: JsonSchema): string =>
  `Answer with one JSON object that matches this JSON schema, and with nothing else:\n${JSON.stringify(schema)}`;
