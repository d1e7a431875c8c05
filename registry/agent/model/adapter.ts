import { Unusable } from '../errors.ts';
import type { Model, ModelRequest } from './model.ts';
import { postJson, type Post } from './post.ts';
import { costOf } from './prices.ts';
import type { Provider, Reply } from './provider.ts';
import { askWithRepair, type Said, type Turn } from './repair.ts';
import { settingsOf, variable, type Env, type Settings } from './settings.ts';
import { described, translator, type Wire } from './translate.ts';

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
    return { name, keyName: variable(prefix, 'apiKey'), url, headers, body, signal, timeoutMs, model };
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
    if (lacking !== undefined) throw new Unusable(`${lacking} is not set`);
    return askWithRepair(request, (turns) => say(request, turns));
  }

  function preview(request: ModelRequest) {
    const { url, body } = toPost(request, [], wireOf(request.schema));
    return { url, body };
  }

  return Object.assign(model, { missing, preview });
}

/** @throws as `postJson` does */
async function ask<A>(provider: Provider<A>, post: Post & { readonly model: string }): Promise<Said> {
  const { answer, who } = await postJson(post, provider.answer);
  const { text, error = text === '' ? 'the answer is empty' : undefined, turn, took } = provider.reply(answer);
  return { text, turn, usage: took && usageOf(post.model, took), error: error && `${who}: ${error}` };
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
  error instanceof Unusable && /answered (400|422)\b.*(schema|grammar|format)/is.test(error.message);
