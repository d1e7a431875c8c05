// @vitest-environment node
import { expect, test } from 'vitest';
import { chooseModel } from './choose.ts';
import { scripted } from './scripted.ts';
import { bodyOf, toyProvider, toyRequest } from './toy-provider.ts';

const fallback = scripted(() => ({ intent: 'done', message: 'I am a script.' }));

/** Sends every provider's request to one server, and returns what arrived. */
async function asked(keys: Record<string, string>) {
  const { url, requests } = await toyProvider({ status: 404, body: '' });
  const addresses = {
    ANTHROPIC_BASE_URL: url,
    OPENAI_BASE_URL: `${url}/openai/v1`,
    LLM_BASE_URL: `${url}/llm/v1`,
  };
  await expect(chooseModel(fallback, { ...addresses, ...keys })(toyRequest)).rejects.toThrow(
    'answered 404',
  );
  const { path, headers } = requests[0] ?? {};
  const { model } = bodyOf(requests[0]);
  return [path, model, headers?.['x-api-key'] ?? headers?.['authorization']];
}

const keys = {
  ANTHROPIC_API_KEY: 'ant',
  OPENAI_API_KEY: 'oai',
  LLM_API_KEY: 'llm',
  LLM_MODEL: 'qwen3',
};

test.each([
  ['Anthropic first', keys, ['/v1/messages', 'claude-sonnet-5-5', 'ant']],
  [
    'then OpenAI',
    { ...keys, ANTHROPIC_API_KEY: '' },
    ['/openai/v1/responses', 'gpt-6.1-terra', 'Bearer oai'],
  ],
  [
    'OpenAI with a model',
    { OPENAI_API_KEY: 'oai', OPENAI_MODEL: 'mine' },
    ['/openai/v1/responses', 'mine', 'Bearer oai'],
  ],
  ['then LLM_BASE_URL', { LLM_MODEL: 'qwen3' }, ['/llm/v1/chat/completions', 'qwen3', undefined]],
])('%s', async (_, env, expected) => {
  expect(await asked(env)).toEqual(expected);
});

test.each([
  {},
  { ANTHROPIC_API_KEY: '', OPENAI_API_KEY: ' ', LLM_BASE_URL: '' },
  { LLM_MODEL: 'qwen3' },
])('with %j it is the fallback, which says which key to set', async (env) => {
  const model = chooseModel(fallback, env);
  expect(await model(toyRequest)).toEqual(await fallback(toyRequest));
  expect(model.scripted?.instead).toBe('put ANTHROPIC_API_KEY or OPENAI_API_KEY into .env');
});
