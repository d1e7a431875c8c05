import type * as z from 'zod';
import { Unusable } from '../errors.ts';
import { askWithRepair, type Turn } from './repair.ts';
import { fits, type Size } from './limits.ts';
import type { Model, ModelRequest } from './model.ts';
import { postJson } from './post.ts';
import { costOf, type Counts } from './prices.ts';
import { settingsOf, variable, type Env, type Settings } from './settings.ts';
import { toWireSchema, type JsonSchema, type Optional } from './wire.ts';

const TIMEOUT_MS = 300_000;

/** What can be said in code instead of the environment. `timeoutMs` is for one attempt. */
export type Options = Settings & { readonly timeoutMs?: number };

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

/** What a provider answered: its text, the turn that repeats it to the model, and what it took, if it says so. */
export type Reply = {
  readonly text: string;
  readonly turn: Turn;
  readonly took?: (Counts & { readonly reasoning?: number | undefined; readonly usd?: number | undefined }) | undefined;
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
  /** @throws if the answer is none */
  reply(answer: A): Reply;
};

/** A model by its provider's API. What `options` leaves out is read from `env`, when a thread first needs it. */
export function modelOf<A>(provider: Provider<A>, options: Options, env: Env): Model {
  const { name, prefix } = provider;
  const settings = () => settingsOf(prefix, options, env, provider.defaults);
  const missing = () => provider.needs.filter((need) => !settings()[need]).map((need) => variable(prefix, need));
  let isRefused = false;

  function toPost(request: ModelRequest, turns: readonly Turn[]) {
    const { baseUrl = '', apiKey, model = '', effort } = settings();
    const { system, blocks, signal } = request;
    const schema = toWireSchema(request.schema, provider.optional);
    const isStrict = !isRefused && fits(schema, provider.limits);
    const asked = isStrict ? { system, schema } : { system: `${system}\n\n${inWords(schema)}` };
    return {
      name,
      keyName: variable(prefix, 'apiKey'),
      url: baseUrl.replace(/\/+$/, '') + provider.path,
      headers: apiKey === undefined ? {} : provider.headers(apiKey),
      body: provider.body({ model, effort, blocks, turns, ...asked }),
      signal,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      model,
    };
  }

  async function askOnce(request: ModelRequest, turns: readonly Turn[]) {
    const post = toPost(request, turns);
    const { took, ...reply } = provider.reply(await postJson(post, provider.answer));
    return { ...reply, usage: took && usageOf(post.model, took) };
  }

  const ask: Model = async (request) => {
    const [lacking] = missing();
    if (lacking !== undefined) throw new Unusable(`${lacking} is not set`);
    return askWithRepair(request.schema, async (turns) => {
      try {
        return await askOnce(request, turns);
      } catch (error) {
        if (isRefused || !isAboutSchema(error)) throw error;
        isRefused = true;
        return askOnce(request, turns);
      }
    });
  };
  return Object.assign(ask, { missing, preview: (request: ModelRequest) => preview(toPost(request, [])) });
}

const preview = ({ url, body }: { url: string; body: object }) => ({ url, body });

/** A server that knows no schemas, or for which this one is too much, is told it in words; what it says is checked. */
const isAboutSchema = (error: unknown): boolean =>
  error instanceof Unusable && /answered (400|422)\b.*(schema|grammar|format)/is.test(error.message);

const inWords = (schema: JsonSchema): string =>
  `Answer with one JSON object that matches this JSON schema, and with nothing else:\n${JSON.stringify(schema)}`;

const usageOf = (model: string, took: NonNullable<Reply['took']>) => ({
  model,
  input_tokens: took.input,
  output_tokens: took.output,
  cached_tokens: took.cached,
  reasoning_tokens: took.reasoning,
  usd: took.usd ?? costOf(model, took),
});
