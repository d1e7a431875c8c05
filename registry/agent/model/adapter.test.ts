// @vitest-environment node
import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { askWithRepair, readVariable, settingReader, type ChatMessage } from './adapter.ts';
import { toyRequest } from './toy-provider.ts';

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

const good = { next_step: { intent: 'done', message: 'ok' } };
const bad = { next_step: { intent: 'rollback' } };

/** Plays the answers in order. `heard` has the repair messages of each request. */
function play(...answers: readonly unknown[]) {
  const heard: (readonly ChatMessage[])[] = [];
  const ask = (more: readonly ChatMessage[]) => {
    const text = JSON.stringify(answers[heard.length]);
    heard.push(more);
    return Promise.resolve({
      text,
      usage: { input_tokens: 10, output_tokens: 1 },
    });
  };
  return { ask, heard };
}

test('a next step takes one request', async () => {
  const { ask, heard } = play(good);
  const { step, usage } = await askWithRepair(toyRequest, ask);
  expect({ step, usage }).toEqual({
    step: good.next_step,
    usage: { input_tokens: 10, output_tokens: 1 },
  });
  expect(heard).toEqual([[]]);
});

test('a wrong answer gets a repair turn with its errors; usage counts both requests', async () => {
  const { ask, heard } = play(bad, good);
  const { step, usage, help } = await askWithRepair(toyRequest, ask);
  expect({ step, usage, help }).toEqual({
    step: good.next_step,
    help: ['asked again'],
    usage: { input_tokens: 20, output_tokens: 2 },
  });
  expect(heard[1]).toEqual([
    { role: 'assistant', content: JSON.stringify(bad) },
    {
      role: 'user',
      content: expect.stringMatching(/^That is not a next step:\n✖ .*'deploy' \| 'done'[^]*intent/),
    },
  ]);
});

test('what is no step is told the expected form, also in the error', async () => {
  const { ask, heard } = play({ answer: 'done' }, { answer: 'done' });
  const { step, error } = await askWithRepair(toyRequest, ask);
  const expected = '✖ Invalid answer: expected {"next_step": {...}}';
  expect({ step, error }).toEqual({ step: undefined, error: expected });
  expect(heard[1]?.[1]?.content).toBe(`That is not a next step:\n${expected}\nAnswer again.`);
});

test('the repair turn of an answer with many errors has the first of them', async () => {
  const schema = z.object({ list: z.array(z.string()), more: z.strictObject({}) });
  const items = Array.from({ length: 50_000 }, (_, index) => index);
  const more = Object.fromEntries(items.map((item) => [`field-${item}`, item]));
  const { ask, heard } = play({ next_step: { list: items, more } }, good);
  const { error = '' } = await askWithRepair({ ...toyRequest, schema }, ask);
  expect(String(heard[1]?.[1]?.content).length).toBeLessThan(2_100);
  expect(error.length).toBeLessThan(2_001);
});

test('a second wrong answer is returned with its errors', async () => {
  const { ask, heard } = play(bad, bad, good);
  const { step, error } = await askWithRepair(toyRequest, ask);
  expect({ step, error }).toEqual({
    step: bad.next_step,
    error: expect.stringMatching(/^✖ .*'deploy' \| 'done'/),
  });
  expect(heard).toHaveLength(2);
});

test.each([
  ['the last wrong answer', { text: 'second' }, 'second'],
  ['that the last answer is empty', { text: '', error: 'empty' }, ''],
  ['the first one, if the second request fails', new Error('busy'), 'first'],
])('what the model said is kept: %s', async (_, second, text) => {
  const replies = [{ text: 'first' }, second];
  const ask = () => {
    const reply = replies.shift();
    if (reply instanceof Error) return Promise.reject(reply);
    return Promise.resolve(reply ?? { text: '' });
  };
  expect(await askWithRepair(toyRequest, ask)).toMatchObject({ text });
});

test('an answer that is a step is not kept as text', async () => {
  const { ask } = play(good);
  expect(await askWithRepair(toyRequest, ask)).not.toHaveProperty('text');
});

test('an answer that the provider cut off or refused is not repaired', async () => {
  const ask = vi.fn(() =>
    Promise.resolve({
      text: '{',
      error: 'cut off',
    }),
  );
  expect(await askWithRepair(toyRequest, ask)).toEqual({
    step: undefined,
    error: 'cut off',
    text: '{',
  });
  expect(ask).toHaveBeenCalledTimes(1);
});

const firstThen = (error: Error) => {
  const { ask } = play(bad);
  return (turns: readonly ChatMessage[]) =>
    turns.length === 0 ? ask(turns) : Promise.reject(error);
};

test('if the repair turn fails, the usage of the first request counts', async () => {
  const { step, error, usage } = await askWithRepair(
    toyRequest,
    firstThen(new Error('out of reach')),
  );
  expect({ step, error, usage }).toEqual({
    step: undefined,
    error: 'out of reach',
    usage: { input_tokens: 10, output_tokens: 1 },
  });
});

test('an abort during the repair turn rejects', async () => {
  const reason = new Error('the thread moved on');
  const request = { ...toyRequest, signal: AbortSignal.abort(reason) };
  await expect(askWithRepair(request, firstThen(new Error('out of reach')))).rejects.toBe(reason);
});
