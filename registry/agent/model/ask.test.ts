import { expect, test } from 'vitest';
import * as z from 'zod';
import { ask } from './ask.ts';
import type { Model, ModelRequest } from '../core/model.ts';

/** Answers every request with `step`. `heard` has the requests. */
function answering(step: unknown, error?: string) {
  const heard: ModelRequest[] = [];
  const model: Model = (request) => {
    heard.push(request);
    return Promise.resolve({ step, ...(error !== undefined && { error }) });
  };
  return { model, heard };
}

test.each([
  ['an object', z.object({ name: z.string() }), { name: 'Ada' }],
  ['one of several', z.enum(['bug', 'praise']), 'bug'],
  ['a list', z.array(z.int()), [3, 5]],
  ['a record', z.record(z.string(), z.number()), { tea: 2.5 }],
  ['a plain value', z.boolean(), false],
])('the answer can be %s', async (_, schema, answer) => {
  expect(await ask(answering(answer).model, schema, 'what is it?')).toEqual(answer);
});

test('the answer is parsed: defaults and transforms are applied', async () => {
  const schema = z.object({
    due: z.iso.date().transform((day) => new Date(day)),
    to: z.string().default('ada'),
  });
  const { due, to } = await ask(answering({ due: '2026-01-01' }).model, schema, 'when?');
  expect([due.getUTCFullYear(), to.length]).toEqual([2026, 3]);
});

test('the request has the text as its only block', async () => {
  const { model, heard } = answering('bug');
  const schema = z.enum(['bug', 'praise']);
  const signal = AbortSignal.timeout(1_000);
  await ask(model, schema, 'It crashes.', { system: 'Sort the mail.', signal });
  expect(heard).toEqual([
    { system: 'Sort the mail.', blocks: ['It crashes.'], events: [], schema, signal },
  ]);
});

test.each([
  [
    'the error of the adapter',
    '✖ Invalid answer:\n  it is prose',
    "the model's answer does not fit: ✖ Invalid answer: it is prose",
  ],
  [
    'the error of the schema',
    undefined,
    /^the model's answer does not fit: ✖ Invalid option: expected one of "bug"\|"praise"$/,
  ],
])('an answer that does not match is an error of one line with %s', async (_, error, message) => {
  const asked = ask(answering('spam', error).model, z.enum(['bug', 'praise']), 'Buy now.');
  await expect(asked).rejects.toThrow(message);
});

test('an error is thrown even if the schema accepts undefined', async () => {
  const asked = ask(
    answering(undefined, 'OpenAI answered 200: the model refused to answer').model,
    z.unknown(),
    'how?',
  );
  await expect(asked).rejects.toThrow('the model refused to answer');
});

test('an error of the model is thrown', async () => {
  const model: Model = () => Promise.reject(new Error('OpenAI answered 401'));
  await expect(ask(model, z.boolean(), 'is it?')).rejects.toThrow('OpenAI answered 401');
});
