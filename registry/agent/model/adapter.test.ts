import { expect, test } from 'vitest';
import { setting, settingsOf } from './adapter.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  [' \n', undefined],
  ['key\n', 'key'],
])('the variable %j counts as %j', (value, expected) => {
  expect(setting({ NAME: value }, 'NAME')).toBe(expected);
});

test.each([
  ['code', { model: 'mine' }, { LLM_MODEL: 'theirs' }, 'mine'],
  ['the environment', {}, { LLM_MODEL: 'theirs' }, 'theirs'],
  ['the default', {}, { LLM_MODEL: ' ' }, 'usual'],
])('what is set in %s counts before what follows', (_, options, env, expected) => {
  expect(settingsOf('LLM', options, env, { model: 'usual' }).model).toBe(expected);
});

test('each setting has its variable', () => {
  const env = {
    A_BASE_URL: 'url',
    A_API_KEY: 'key',
    A_MODEL: 'model',
    A_EFFORT: 'low',
    B_MODEL: 'other',
  };
  expect(settingsOf('A', {}, env, {})).toEqual({
    baseUrl: 'url',
    apiKey: 'key',
    model: 'model',
    effort: 'low',
  });
});
