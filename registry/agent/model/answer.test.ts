import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { askWithRepair, parseAnswer, type ChatMessage } from './answer.ts';
import { toyRequest } from './toy-provider.ts';

const good = { next_step: { intent: 'done', message: 'ok' } };
const bad = { next_step: { intent: 'rollback' } };

/** Plays the answers in order. `heard` has the repair messages of each request. */
function play(...answers: readonly unknown[]) {
  const heard: (readonly ChatMessage[])[] = [];
  const ask = async (more: readonly ChatMessage[]) => {
    const text = JSON.stringify(answers[heard.length]);
    heard.push(more);
    return {
      text,
      usage: { input_tokens: 10, output_tokens: 1 },
    };
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
      content: expect.stringMatching(/^That is not a next step:\n✖ .*'deploy' \| 'done'.*intent/s),
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
  const ask = async () => {
    const reply = replies.shift();
    if (reply instanceof Error) throw reply;
    return reply ?? { text: '' };
  };
  expect(await askWithRepair(toyRequest, ask)).toMatchObject({ text });
});

test('an answer that is a step is not kept as text', async () => {
  const { ask } = play(good);
  expect(await askWithRepair(toyRequest, ask)).not.toHaveProperty('text');
});

test('an answer that the provider cut off or refused is not repaired', async () => {
  const ask = vi.fn(async () => ({
    text: '{',
    error: 'cut off',
  }));
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

const asAnswer = (next_step: unknown) => JSON.stringify({ next_step });

test.each([
  [
    'an optional field',
    { intent: 'deploy', version: '1.4.2', percent: null },
    { intent: 'deploy', version: '1.4.2' },
  ],
  ['nothing', { intent: 'done', message: 'ok' }, { intent: 'done', message: 'ok' }],
])('removes the null of %s', (_, answer, step) => {
  expect(parseAnswer(asAnswer(answer), toyRequest.schema)).toEqual({ step });
});

test('removes nulls at any depth, and keeps those that the schema accepts', () => {
  const part = z.object({ name: z.string().nullable(), size: z.int().optional() });
  const schema = z.object({ parts: z.array(part), owner: z.union([z.string(), part]) });
  const answer = { parts: [{ name: null, size: null }], owner: { name: null, size: null } };
  expect(parseAnswer(asAnswer(answer), schema)).toEqual({
    step: { parts: [{ name: null }], owner: { name: null } },
  });
});

test('reads the JSON of an object or list where a text was written for it', () => {
  const part = z.object({ name: z.string() });
  const schema = z.object({ parts: z.array(part), owner: part, text: z.string(), more: z.int() });
  const given = { parts: '[{"name":"a"}]', owner: '{"name":"b"}', text: '{"name":"c"}', more: 1 };
  const step = { ...given, parts: [{ name: 'a' }], owner: { name: 'b' } };
  expect(parseAnswer(asAnswer(given), schema)).toEqual({ step });
  for (const wrong of [{ parts: '{}' }, { owner: '[]' }, { owner: 'b' }, { more: '{}' }]) {
    const { error } = parseAnswer(asAnswer({ ...given, ...wrong }), schema);
    expect(error).toMatch(/^✖ Invalid input: expected /);
  }
});

test('a null for a field with a default becomes the default', () => {
  const schema = z.object({ intent: z.literal('deploy'), to: z.string().default('staging') });
  const { step } = parseAnswer(asAnswer({ intent: 'deploy', to: null }), schema);
  expect(schema.parse(step)).toEqual({ intent: 'deploy', to: 'staging' });
});

test.each([
  ['another intent', asAnswer({ intent: 'rollback' })],
  ['a null for a field that is needed', asAnswer({ intent: 'deploy', version: null })],
  ['a null in a list', asAnswer([null])],
  ['no object as the step', asAnswer('done')],
])('says what is wrong with %s', (_, text) => {
  expect(parseAnswer(text, toyRequest.schema).error).toMatch(/^✖ Invalid /);
});

test.each([
  ['prose', 'I would deploy it.'],
  ['no step', '{}'],
  ['null', 'null'],
])('says what it expects instead of %s', (_, text) => {
  expect(parseAnswer(text, toyRequest.schema).error).toBe(
    '✖ Invalid answer: expected {"next_step": {...}}',
  );
});

test.each([
  ['2512292042121000001', z.number()],
  ['2512292042121000001', z.string()],
  ['2512292042121000001', z.unknown()],
  ['1e400', z.number().optional()],
])('%s is not read as another number', async (number, order) => {
  const schema = z.object({ intent: z.literal('pay'), order });
  const text = `\`\`\`json\n{"next_step":{"intent":"pay","order":${number}}}\n\`\`\``;
  const heard: (readonly ChatMessage[])[] = [];
  const ask = async (repair: readonly ChatMessage[]) => {
    heard.push(repair);
    return { text };
  };
  const error = `✖ ${number} cannot be kept exactly as a number: write it as a text`;
  expect(await askWithRepair({ ...toyRequest, schema }, ask)).toMatchObject({
    step: undefined,
    error,
    text,
  });
  expect(heard[1]?.[1]?.content).toBe(`That is not a next step:\n${error}\nAnswer again.`);
});

test('digits in a text are no number, nor is a text that is not JSON', () => {
  const step = { intent: 'done', message: '2512292042121000001, 9007199254740993' };
  expect(parseAnswer(asAnswer(step), toyRequest.schema)).toEqual({ step });
  expect(parseAnswer('I paid 2512292042121000001.', toyRequest.schema).error).toMatch(/expected/);
});

test.each([
  ['```json\n', '\n```'],
  ['\n```\r\n', '\r\n```\n'],
  ['```JSON ', '```'],
])('accepts an answer between %j and %j', (before, after) => {
  const step = { intent: 'done', message: 'as ```json\n{}\n``` says' };
  const { step: read, error } = parseAnswer(before + asAnswer(step) + after, toyRequest.schema);
  expect({ read, error }).toEqual({ read: step });
});

test('in a union, a null is removed only if that makes the branch valid', () => {
  const schema = z.object({
    intent: z.literal('note'),
    about: z.union([
      z.object({ kind: z.literal('release'), note: z.string().optional() }),
      z.object({ kind: z.literal('person'), note: z.string().nullable(), age: z.int().optional() }),
    ]),
  });
  const answer = { intent: 'note', about: { kind: 'person', note: null, age: null } };
  expect(parseAnswer(asAnswer(answer), schema)).toEqual({
    step: { intent: 'note', about: { kind: 'person', note: null } },
  });
});
