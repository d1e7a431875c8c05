import { expect, test } from 'vitest';
import { readVariable, settingReader } from './adapter.ts';

const provider = { prefix: 'LLM', defaults: { model: 'default' } };

test.each([
  [undefined, undefined],
  ['', undefined],
  [' \n', undefined],
  ['key\n', 'key'],
])('the variable %j is read as %j', (value, expected) => {
  expect(readVariable({ NAME: value }, 'NAME')).toBe(expected);
});

test.each([
  ['code', { model: 'code' }, { LLM_MODEL: 'environment' }, 'code'],
  ['the environment', {}, { LLM_MODEL: 'environment' }, 'environment'],
  ['the defaults', {}, { LLM_MODEL: ' ' }, 'default'],
])('a setting is read from %s', (_, options, env, expected) => {
  expect(settingReader(provider, options, env)('model')).toBe(expected);
});

test('each setting has its variable', () => {
  const env = {
    LLM_BASE_URL: 'url',
    LLM_API_KEY: 'key',
    LLM_MODEL: 'model',
    LLM_EFFORT: 'low',
    OPENAI_MODEL: 'other',
  };
  const names = ['baseUrl', 'apiKey', 'model', 'effort'] as const;
  expect(names.map(settingReader(provider, {}, env))).toEqual(['url', 'key', 'model', 'low']);
});
