import { expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError, promised } from '../core/errors.ts';
import type { Event, Step } from '../core/event.ts';
import { initial, reduce } from '../core/thread.ts';
import { oneOf } from '../core/tool.ts';
import { ask, done, read, toyAgent, write } from '../testing/toy-agent.ts';
import { casesFor } from './cases.ts';
import {
  assertCheckable,
  checkModel,
  helpNeeded,
  totalOf,
  type CheckResult,
} from './check-model.ts';
import { scripted } from '../model/scripted.ts';

const steps: readonly Step[] = [read, write, ask, done];

/** Takes the step that the last message names. Ends after a denial, an error or an answer. */
function good(events: readonly Event[]): unknown {
  const last = events.slice(-1)[0];
  const text = (last?.type === 'message' && last.text) || '';
  return steps.find(({ intent }) => new RegExp(`\\b${intent}\\b`).test(text)) ?? done;
}

const usage = { model: 'toy-1', input_tokens: 20, output_tokens: 5, usd: 0.001 };

/** Checks a good model, except where `instead` returns a step. */
async function check(instead: (events: readonly Event[]) => unknown = () => undefined) {
  const threads: (readonly Event[])[] = [];
  const toy = toyAgent([]);
  const model = promised(({ events }: { events: readonly Event[] }) => {
    threads.push(events);
    return { step: instead(events) ?? good(events), usage };
  });
  const results: CheckResult[] = [];
  for await (const result of checkModel({ ...toy.agent, model })) results.push(result);
  return { ...toy, results, threads };
}

const whys = (results: readonly CheckResult[]) =>
  results.map(({ what, why }) => (why ? `${what}: ${why}` : what));

test('a good model passes ten calls; nothing runs, and nothing is saved', async () => {
  const { results, threads, ran, agent } = await check();
  expect(whys(results)).toEqual([
    'read',
    'write',
    'ask',
    'done',
    'read, in other words',
    'write, in other words',
    'a denial is accepted',
    'an error is recovered from',
    'an answer is followed',
    'a later message counts',
  ]);
  expect(results.every(({ passed }) => passed)).toBe(true);
  expect([ran, await agent.store.list({ limit: 10 })]).toEqual([[], []]);
  expect(threads.map((events) => events.reduce(reduce, initial).status)).toEqual(
    Array(10).fill('thinking'),
  );
});

test('the total adds up all calls', async () => {
  const { results } = await check();
  const usage = { model: 'toy-1', input_tokens: 200, output_tokens: 50, usd: expect.closeTo(0.01) };
  expect(totalOf(results)).toEqual({
    ms: expect.any(Number),
    usage: expect.objectContaining(usage),
  });
  expect(totalOf([])).toEqual({ ms: 0 });
});

test('answers that needed help are counted by kind', async () => {
  const answers = [['asked again'], ['asked again', 'the schema as text'], undefined];
  const toy = toyAgent([]);
  const model = ({ events }: { events: readonly Event[] }) =>
    Promise.resolve({ step: good(events), usage, help: answers.pop() });
  const results: CheckResult[] = [];
  for await (const result of checkModel({ ...toy.agent, model })) results.push(result);
  expect(helpNeeded(results)).toBe(
    '2 of 10 answers needed help: asked again (2), the schema as text (1)',
  );
  expect(helpNeeded([])).toBeUndefined();
});

const proposed = (events: readonly Event[]) =>
  events.filter((event) => event.type === 'tool_call').slice(-1)[0]?.step;
const after =
  (type: Event['type'], step: (events: readonly Event[]) => unknown) =>
  (events: readonly Event[]) => (events.slice(-1)[0]?.type === type ? step(events) : undefined);

test.each([
  [
    'proposes the denied step',
    after('approval', proposed),
    ['a denial is accepted: it proposed the denied step again'],
  ],
  [
    'tries once more',
    after('tool_error', proposed),
    ['an error is recovered from: it tried the same once more'],
  ],
  [
    'asks again',
    after('human_response', proposed),
    ['an answer is followed: it asked the same again'],
  ],
  [
    'hears the first message only',
    (events: readonly Event[]) => (events.length > 1 ? good(events.slice(0, 1)) : undefined),
    [
      'a denial is accepted',
      'an error is recovered from',
      'a later message counts: it chose read, not done',
    ],
  ],
  ['only reads', () => read, ['write: it chose read']],
  ['talks', () => 'Certainly! I will read it.', ['read: not a next step: ']],
  ['leaves out an argument', () => ({ intent: 'write' }), ['write: not a next step: ']],
])('a model that %s fails', async (_, instead, expected) => {
  const { results } = await check(instead);
  expect(results).toHaveLength(10);
  const failed = whys(results.filter(({ passed }) => !passed));
  for (const part of expected) expect(failed.some((line) => line.startsWith(part))).toBe(true);
});

test('the check ends after three failures in a row, or one permanent failure', async () => {
  const fail = (error: Error) => () => check(() => raise(error));
  const busy = new Error('Toy answered 500: busy');
  let calls = 0;
  const often = await check(() => ((calls += 1) % 3 === 0 ? undefined : raise(busy)));
  expect(often.results).toHaveLength(10);
  const always = await fail(busy)();
  expect(always.results.map(({ why }) => why)).toEqual(Array(3).fill('Toy answered 500: busy'));
  const refused = await fail(new PermanentModelError('Toy answered 401: is TOY_API_KEY right?'))();
  expect(whys(refused.results)).toEqual(['read: Toy answered 401: is TOY_API_KEY right?']);
});

function raise(error: Error): never {
  throw error;
}

test.each([1, 2, 6, 9])('a union of %i has ten calls', (count) => {
  const intents = Array.from({ length: count }, (_, index) => `step_${index}`);
  const toSchema = (intent: string) =>
    z.object({ intent: z.literal(intent), why: z.string().optional() });
  const schema = oneOf(
    Object.fromEntries(intents.map((intent) => [intent, { schema: toSchema(intent) }])),
  );
  const cases = casesFor({ schema, actionFor: () => ({ awaits: 'message' }) });
  expect(cases).toHaveLength(10);
  expect(cases.slice(0, 6).map(({ what }) => what.split(',')[0])).toEqual(
    Array.from({ length: 6 }, (_, index) => intents[index % count]),
  );
  const texts = cases.slice(0, 6).map((one) => JSON.stringify(one.events([])));
  expect(new Set(texts).size).toBe(count === 1 ? 3 : 6);
});

const model = scripted(() => done);
test.each([
  ['a script', model, 'A script plays the model. To check a real one, wire one in agent.ts'],
  [
    'a person',
    Object.assign(() => Promise.resolve({ step: done }), { timeoutMs: Infinity }),
    'A person plays the model.',
  ],
  [
    'a script with its own advice',
    Object.assign(() => Promise.resolve({ step: done }), {
      scripted: { about: '', example: '', instead: 'put A_KEY into .env' },
    }),
    'To check a real one, put A_KEY into .env.',
  ],
  [
    'a model without its key',
    Object.assign(() => Promise.resolve({ step: done }), { missing: () => ['A_KEY', 'A_MODEL'] }),
    'Set A_KEY and A_MODEL in .env',
  ],
])('%s is not checked', (_, model, why) => {
  expect(() => assertCheckable(model)).toThrow(why);
});

test('a model with all its settings is checked', () => {
  const model = Object.assign(() => Promise.resolve({ step: done }), { missing: () => [] });
  expect(() => assertCheckable(model)).not.toThrow();
});
