import type { Model } from '../core/model.ts';
import { type Env, readVariable } from './adapter.ts';
import { anthropic } from './anthropic.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';

/**
 * Returns the first model whose variable is set: `ANTHROPIC_API_KEY`, `OPENAI_API_KEY`,
 * `LLM_BASE_URL`. Otherwise returns `fallback`; a script then says which key replaces it.
 */
export function chooseModel(fallback: Model, env: Env = process.env): Model {
  if (readVariable(env, 'ANTHROPIC_API_KEY')) return anthropic({}, env);
  if (readVariable(env, 'OPENAI_API_KEY')) return openai({}, env);
  if (readVariable(env, 'LLM_BASE_URL')) return openaiCompatible({}, env);
  const { scripted } = fallback;
  if (!scripted) return fallback;
  const script: Model = (request) => fallback(request);
  const instead = 'put ANTHROPIC_API_KEY or OPENAI_API_KEY into .env';
  return Object.assign(script, { scripted: { ...scripted, instead } });
}
