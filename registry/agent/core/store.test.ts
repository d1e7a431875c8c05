import { expect, onTestFinished, test, vi } from 'vitest';
import { memoryStore } from '../store/memory.ts';
import { toyAgent } from '../testing/toy-agent.ts';
import { stamp } from './agent.ts';
import type { Event } from './event.ts';
import { append, listAll, load, matchesQuery, toJson, type Store } from './store.ts';

const at = '2026-01-01T00:00:00.000Z';
const message = { type: 'message', channel: 'test', from: 'ada', text: 'go', at };

const call = { type: 'tool_call', call_id: 't:1', step: { intent: 'x' }, awaits: 'result', at };

test.each<[string, object]>([
  ['a message from a number', { ...message, from: 42 }],
  ['a message from no one', { ...message, from: undefined }],
  ['a text that is none', { ...message, text: 7 }],
  ['no time', { ...message, at: undefined }],
  ['an impossible time', { ...message, at: 'now' }],
  ['an unknown type', { ...message, type: 'teleported' }],
  ['the name of a property of objects', { ...message, type: 'constructor' }],
  ['a cancellation by no one', { type: 'cancelled', by: undefined, at }],
  ['a call without an intent', { ...call, step: {} }],
  ['a call that waits for nothing known', { ...call, awaits: 'rain' }],
  ['a call that waits for a property of objects', { ...call, awaits: 'toString' }],
])('an event with %s is refused, and nothing is written', async (_, event) => {
  const store = memoryStore();
  const thread = await load(store, 't');
  await expect(append(store, thread, event as Event)).rejects.toThrow(TypeError);
  await expect(append(store, thread, event as Event)).rejects.toThrow(
    /^t cannot have this event: a field of \w+ is missing or malformed$/,
  );
  expect(await store.load('t')).toEqual([]);
});

test('a store that sorts what is due by id, as earlier ones did, is read page by page', async () => {
  const infos = Array.from({ length: 25 }, (_, n) => ({
    id: `t${n}`,
    version: 1,
    status: 'thinking' as const,
    due: `2026-01-${10 + ((n * 7) % 20)}T00:00:00.000Z`,
  }));
  const list: Store['list'] = (query) => {
    const { after = '', limit } = query;
    const found = infos.filter((info) => info.id > after && matchesQuery(info, query));
    return Promise.resolve(found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit));
  };
  const found: string[] = [];
  const dueBefore = '2027-01-01T00:00:00.000Z';
  for await (const { id } of listAll({ ...memoryStore(), list }, { dueBefore, limit: 4 }))
    found.push(id);
  expect(found).toEqual(infos.map(({ id }) => id).sort());
});

const secret = 'correct-horse-battery-staple';

test.each<[string, object, string]>([
  ['its text', { text: 'ship 1.4.2\nto production' }, 'ship 1.4.2\nto production'],
  ['its text, not its data', { text: 'ship', data: { version: '1.4.2' } }, 'ship'],
  ['its data if it has no text', { text: undefined, data: { a: [1] } }, '{"a":[1]}'],
  ['nothing if it has neither', { text: undefined }, ''],
  ['200 characters', { text: 'x'.repeat(201) }, 'x'.repeat(200)],
  ['no half of a character', { text: `${'x'.repeat(199)}🙂` }, 'x'.repeat(199)],
  ['no secret', { text: `use ${secret}` }, 'use [secret]'],
  ['no part of a secret', { text: 'x'.repeat(180) + secret }, `${'x'.repeat(180)}[secret]`],
  ['no secret in data', { text: undefined, data: { key: secret } }, '{"key":"[secret]"}'],
])('a list shows of the first message %s', async (_, fields, first_message) => {
  vi.stubEnv('API_TOKEN', secret);
  onTestFinished(() => void vi.unstubAllEnvs());
  const store = memoryStore();
  let thread = await load(store, 't');
  for (const event of [
    { ...message, ...fields },
    { ...message, text: 'more', from: 'eve' },
  ])
    thread = await append(store, thread, event as Event);
  expect(await store.list({ limit: 9 })).toMatchObject([
    { owner: 'ada', details: { first_message } },
  ]);
});

const due = '2026-02-01T00:00:00Z';
const question = {
  ...call,
  step: { intent: 'ask' },
  awaits: 'answer',
  due,
};
const started = {
  type: 'tool_started',
  call_id: 't:1',
  attempt: 1,
  by: 'x',
  lease_until: due,
  at,
};
const handed = {
  type: 'handed_over',
  call_id: 't:1',
  reason: 'no progress',
  at,
};

test.each([
  {
    what: 'no call',
    events: [],
    open: null,
  },
  {
    what: 'a call that is ready',
    events: [call],
    open: { intent: 'x', awaits: 'result' },
  },
  {
    what: 'a call that runs',
    events: [call, started],
    open: { intent: 'x', awaits: 'result', due },
  },
  {
    what: 'a call that needs approval',
    events: [{ ...call, awaits: 'approval' }],
    open: { intent: 'x', awaits: 'approval' },
  },
  {
    what: 'a question',
    events: [question],
    open: { intent: 'ask', awaits: 'answer', due },
  },
  {
    what: 'a question of the policy',
    events: [handed],
    open: { intent: null, awaits: 'answer' },
  },
  {
    what: 'no cancelled call',
    events: [question, { type: 'cancelled', by: 'ada', at }],
    open: null,
  },
])('a list shows $what', async ({ events, open }) => {
  const store = memoryStore();
  let thread = await load(store, 't');
  for (const event of [message, ...events]) thread = await append(store, thread, event as Event);
  const [info] = await store.list({ limit: 9 });
  const common = { call_id: 't:1', due: null };
  expect(info?.details?.open).toEqual(open && { ...common, ...open });
});

/** A value inside of `depth` lists. */
const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

test.each<[string, unknown, unknown]>([
  ['nothing', undefined, null],
  ['what JSON would lose', [BigInt(1), new Map([[1, 2]]), new Error('no')], ['1', [[1, 2]], 'no']],
  [
    'an integer of any length',
    { order: BigInt('2512292042121000001'), by: new Map([['a', [BigInt('-9007199254740993')]]]) },
    { order: '2512292042121000001', by: [['a', ['-9007199254740993']]] },
  ],
  [
    'what is no number',
    [NaN, Infinity, { sum: -Infinity }],
    ['NaN', 'Infinity', { sum: '-Infinity' }],
  ],
  [
    'a number that JSON has',
    [1e21, 0.1 + 0.2, 5e-324, 2 ** 53],
    [1e21, 0.1 + 0.2, 5e-324, 2 ** 53],
  ],
  ['a time', [new Date(at), new Date(NaN)], [at, null]],
  ['a value of 50 levels', nested(50), nested(50)],
  ['a value of 51 levels', nested(51), JSON.stringify(nested(51))],
  ['a value of 4,000 levels', nested(4_000), expect.any(String)],
  ['a text as long as may be', 'x'.repeat(3_999_998), 'x'.repeat(3_999_998)],
  [
    'a longer text',
    'x'.repeat(3_999_999),
    expect.stringContaining('[1 of 4000001 characters cut]'),
  ],
  [
    'a text cut in an emoji',
    `${'x'.repeat(3_999_998)}🙂`,
    expect.stringMatching(/x\ufffd\n \[2 of 4000002/),
  ],
])('%s is a result that can be saved', (_, value, saved) => {
  const json = toJson(value);
  expect(json).toEqual(saved);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

test('a prefetched value is saved like a result', async () => {
  const { agent } = toyAgent([]);
  const value = { order: BigInt('2512292042121000001'), sum: NaN };
  const event = stamp(agent, { type: 'prefetched', name: 'order', result: value });
  const { events } = await append(agent.store, await load(agent.store, 't'), event);
  expect(events).toMatchObject([{ result: { order: '2512292042121000001', sum: 'NaN' } }]);
});

test('a value in a circle is a result that can be saved', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(toJson(circle)).toBe('[not JSON]');
});
