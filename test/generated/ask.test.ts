import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { ask } from '../../registry/agent/model/ask.ts';
import { openai } from '../../registry/agent/model/openai.ts';
import { say } from '../support/generated/say.ts';

let provider: LLMock;
beforeEach(async () => {
  provider = await LLMock.create({ port: 0 });
});
afterEach(() => provider.stop());

const model = () =>
  openai({}, { OPENAI_API_KEY: 'sk-canary', OPENAI_BASE_URL: `${provider.url}/v1` });

const Person = z.object({ name: z.string(), age: z.int().optional() });

test.each<[string, z.ZodType, unknown, unknown]>([
  ['an object', Person, { name: 'Ada', age: null }, { name: 'Ada' }],
  ['one of several', z.enum(['bug', 'praise']), 'bug', 'bug'],
  ['a list', z.array(Person), [{ name: 'Ada', age: 36 }], [{ name: 'Ada', age: 36 }]],
  ['a record', z.record(z.string(), z.number()), { tea: 2.5 }, { tea: 2.5 }],
  ['a text', z.string(), 'yes', 'yes'],
  ['a number', z.int().min(1).max(5), 4, 4],
  ['yes or no', z.boolean(), false, false],
  ['nothing', z.string().nullable(), null, null],
  ['one of a union', z.union([Person, z.string()]), 'nobody', 'nobody'],
])('over HTTP, the answer is %s', async (_, schema, said, expected) => {
  provider.on({}, { content: JSON.stringify({ next_step: said }) });
  expect(await ask(model(), schema, 'what is it?', { system: 'Sort the mail.' })).toEqual(expected);
});

test('a wrong answer gets one repair turn', async () => {
  say(provider, 'It is a bug.', 'bug');
  expect(await ask(model(), z.enum(['bug', 'praise']), 'It crashes.')).toBe('bug');
  expect(provider.getRequests()).toHaveLength(2);
});

test('an answer that is wrong twice is an error of one line', async () => {
  say(provider, { name: 3 }, { name: 4 });
  const asked = ask(model(), Person, 'who?');
  await expect(asked).rejects.toThrow(
    /^the model's answer does not fit: .*expected string, received number.* name$/,
  );
});

test('a signal ends it', async () => {
  provider.on({}, { content: '"late"' }, { latency: 60_000 });
  const abort = new AbortController();
  const asked = ask(model(), z.string(), 'when?', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
