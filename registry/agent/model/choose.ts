import { anthropic } from './anthropic.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { setting, type Env } from './adapter.ts';

/** The first provider that `env` has a key or an address for: Anthropic, OpenAI, `LLM_BASE_URL`. Else `fallback`. */
export function chooseModel(fallback: Model, env: Env = process.env): Model {
  if (setting(env, 'ANTHROPIC_API_KEY')) return anthropic({}, env);
  if (setting(env, 'OPENAI_API_KEY')) return openai({}, env);
  return setting(env, 'LLM_BASE_URL') ? openaiCompatible({}, env) : forNow(fallback);
}

/** A scripted model that says which key would replace it. */
function forNow(model: Model): Model {
  if (!model.scripted) return model;
  const instead = 'put ANTHROPIC_API_KEY or OPENAI_API_KEY into .env';
  return Object.assign((request: ModelRequest) => model(request), {
    scripted: { ...model.scripted, instead },
  });
}
