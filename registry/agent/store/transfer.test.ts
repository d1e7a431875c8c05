import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { memoryStore } from './memory.ts';
import { append, Damaged, wrapStore, load, type Store } from '../core/store.ts';
import { exportThreads, importThreads } from './transfer.ts';

const at = '2026-01-01T00:00:00.000Z';
const said = (text: string): Event => ({ type: 'message', channel: 'test', from: 'ada', text, at });
const called: Event = {
  type: 'tool_call',
  call_id: 'a:1',
  step: { intent: 'deploy', 10: 'x', __proto__: null, note: 'a\u2028b\0\ud800' },
  awaits: 'approval',
  due: '2026-02-01T00:00:00.000Z',
  at,
};

const idIn = (line: string) => (JSON.parse(line) as { id: string }).id;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function storeOf(threads: Readonly<Record<string, readonly Event[]>>): Promise<Store> {
  const store = memoryStore();
  for (const [id, events] of Object.entries(threads)) {
    let thread = await load(store, id);
    for (const event of events) thread = await append(store, thread, event);
  }
  return store;
}

function linesOf(store: Store): Promise<string[]> {
  return all(exportThreads(store, () => undefined));
}

/** Returns the result of each line, or why it was refused. */
async function take(store: Store, ...lines: readonly string[]): Promise<string[]> {
  const outcomes = await all(importThreads(store, Readable.from(lines)));
  return outcomes.map((one) =>
    one.kind === 'refused' ? `line ${one.line}: ${one.why}` : `${one.id} ${one.kind}`,
  );
}

test('what was exported and imported is the same, and is found by the same index', async () => {
  const go = { ...said('go'), data: [0.1 + 0.2, 2 ** 60, 1e21, '2512292042121000001'] };
  const store = await storeOf({ b: [said('zwölf 🙂'), called], a: [go, called], c: [] });
  const lines = await linesOf(store);
  expect(lines).toEqual([
    JSON.stringify({ id: 'a', events: [go, called] }),
    JSON.stringify({ id: 'b', events: [said('zwölf 🙂'), called] }),
  ]);
  const other = memoryStore();
  expect(await take(other, ...lines)).toEqual(['a imported', 'b imported']);
  expect(await linesOf(other)).toEqual(lines);
  expect(await other.list({ limit: 9 })).toEqual(await store.list({ limit: 9 }));
});

test('more threads than a page holds are exported, each once and in order', async () => {
  const ids = Array.from({ length: 250 }, (_, n) => `t_${String(n).padStart(3, '0')}`);
  const store = await storeOf(Object.fromEntries([...ids].reverse().map((id) => [id, [said(id)]])));
  expect((await linesOf(store)).map(idIn)).toEqual(ids);
});

test('a second import changes nothing; one that broke off goes on', async () => {
  const lines = await linesOf(
    await storeOf({ a: [said('1'), said('2'), said('3')], b: [said('1')] }),
  );
  const store = await storeOf({ a: [said('1')] });
  expect(await take(store, ...lines)).toEqual(['a continued', 'b imported']);
  expect(await take(store, ...lines)).toEqual(['a unchanged', 'b unchanged']);
  expect(await linesOf(store)).toEqual(lines);
});

test('a thread that has gone on since has all that is imported', async () => {
  const store = await storeOf({ a: [said('1'), said('2')] });
  expect(await take(store, JSON.stringify({ id: 'a', events: [said('1')] }))).toEqual([
    'a unchanged',
  ]);
  expect(await store.load('a')).toHaveLength(2);
});

test('a thread that differs is refused and unchanged; the others are imported', async () => {
  const store = await storeOf({ b: [said('1'), said('mine')] });
  const before = await store.load('b');
  const lines = ['a', 'b', 'c'].map((id) =>
    JSON.stringify({ id, events: [said('1'), said('2'), said('3')] }),
  );
  expect(await take(store, ...lines)).toEqual([
    'a imported',
    'line 2: b differs from the thread here, from event 1 on. Nothing was changed.',
    'c imported',
  ]);
  expect(await store.load('b')).toEqual(before);
});

test('two imports at once come to what one does', async () => {
  const lines = await linesOf(
    await storeOf({ a: Array.from({ length: 50 }, (_, n) => said(String(n))) }),
  );
  const store = memoryStore();
  await Promise.all([take(store, ...lines), take(store, ...lines), take(store, ...lines)]);
  expect(await linesOf(store)).toEqual(lines);
});

const thread = (...events: readonly unknown[]) => JSON.stringify({ id: 'a', events });
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

test.each([
  ['no JSON', '{"id":"a"', 'This is not JSON.'],
  ['a number', '42', 'This is no thread: it has no id of one.'],
  [
    'a thread with a number that would be rounded',
    thread({ ...said('x'), data: 0 }).replace('"data":0', '"data":2512292042121000001'),
    '2512292042121000001 cannot be kept exactly as a number. Write it as a text.',
  ],
  ['null', 'null', 'This is no thread'],
  ['a list', '[]', 'This is no thread'],
  [
    'an id that is a path',
    JSON.stringify({ id: '../a', events: [said('x')] }),
    'This is no thread',
  ],
  ['no events', '{"id":"a"}', 'a has no events.'],
  ['an empty list of events', thread(), 'a has no events.'],
  [
    'an event that is null',
    thread(said('x'), null),
    'a is damaged: its event 1 lacks what it needs.',
  ],
  ['a message from a number', thread({ ...said('x'), from: 4 }), 'its event 0 lacks'],
  ['an event at no time', thread({ ...said('x'), at: 'noon' }), 'its event 0 lacks'],
  [
    'an event at the end of time',
    thread({ ...said('x'), at: '+275760-09-13T00:00:00.000Z' }),
    'its event 0 lacks',
  ],
  ['a request due at no time', thread(said('x'), { ...called, due: 'soon' }), 'its event 1 lacks'],
  ['a call without a step', thread(said('x'), { ...called, step: null }), 'its event 1 lacks'],
  [
    'a call that waits for nothing known',
    thread(said('x'), { ...called, awaits: 'rain' }),
    'its event 1 lacks',
  ],
  [
    'a call that waits for a property of objects',
    thread(said('x'), { ...called, awaits: 'toString' }),
    'its event 1 lacks',
  ],
  [
    'a request that expired in no known way',
    thread(said('x'), called, { type: 'expired', call_id: 'a:1', outcome: 'constructor', at }),
    'its event 2 lacks',
  ],
  [
    'an event of a later version',
    thread(said('x'), { type: 'teleported', at }),
    'a was written by a later version.',
  ],
  [
    'an event named like a property of objects',
    thread({ type: 'constructor', at }),
    'a was written by a later',
  ],
  [
    'a text nested 20,000 deep',
    thread({ ...said('x'), data: 0 }).replace('"data":0', `"data":${deep}`),
    'a cannot be',
  ],
])('%s is refused, and nothing is written', async (_, line, why) => {
  const store = memoryStore();
  const [outcome, ...others] = await take(
    store,
    line,
    JSON.stringify({ id: 'b', events: [said('x')] }),
  );
  expect(outcome).toMatch(/^line 1: /);
  expect(outcome).toContain(why);
  expect(others).toEqual(['b imported']);
  expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual(['b']);
});

test('empty lines, and those that npm prints of what it runs, are none', async () => {
  const line = JSON.stringify({ id: 'a', events: [said('x')] });
  const npm = ['', '> my-agent@0.1.0 start', '> node start.js export', ''];
  expect(await take(memoryStore(), ...npm, line, '', ' ')).toEqual(['a imported']);
});

/** A store in which the thread `b` can no longer be read. */
async function withDamage(): Promise<Store> {
  const store = await storeOf({ a: [said('1')], b: [said('1')], c: [said('1')] });
  const damage = () => Promise.reject(new Damaged('b is damaged at line 3', []));
  return { ...store, load: (id) => (id === 'b' ? damage() : store.load(id)) };
}

test('a damaged thread is told of and left out, and the others are exported', async () => {
  const told: string[] = [];
  const lines = await all(exportThreads(await withDamage(), (why) => told.push(why)));
  expect(lines.map(idIn)).toEqual(['a', 'c']);
  expect(told).toEqual(['b is damaged at line 3']);
});

test('into a damaged thread nothing is imported', async () => {
  const line = JSON.stringify({ id: 'b', events: [said('1'), said('2')] });
  expect(await take(await withDamage(), line)).toEqual(['line 1: b is damaged at line 3']);
});

test('a store that fails ends the import, which says so', async () => {
  const store: Store = {
    ...memoryStore(),
    append: () => Promise.reject(new Error('the disk is gone')),
  };
  await expect(take(store, thread(said('x')))).rejects.toThrow('the disk is gone');
});

test('a thread is due only once it is whole: a worker must not run its tools again', async () => {
  const ran: Event[] = [
    said('go'),
    { type: 'tool_call', call_id: 'a:1', step: { intent: 'deploy' }, awaits: 'result', at },
    { type: 'tool_started', call_id: 'a:1', attempt: 1, by: 'x', lease_until: at, at },
    { type: 'tool_result', call_id: 'a:1', attempt: 1, result: 'deployed', at },
  ];
  const store = memoryStore();
  const due: string[] = [];
  const append: Store['append'] = async (...one) => {
    const version = await store.append(...one);
    due.push(
      ...(await store.list({ limit: 1, dueBefore: '9999' })).map(({ version }) => `at ${version}`),
    );
    return version;
  };
  expect(
    await take(wrapStore(store, { append }), JSON.stringify({ id: 'a', events: ran })),
  ).toEqual(['a imported']);
  expect(due).toEqual(['at 4']);
});

const claim = {
  type: 'tool_started',
  call_id: 'a:1',
  attempt: 1,
  by: 'x',
  lease_until: at,
} as const;
const later = { type: 'tool_pending', call_id: 'a:1', attempt: 1, due: at, at } as const;
const approval = { type: 'approval', call_id: 'a:1', approved: true, by: 'ada', at } as const;

test.each<[string, readonly Event[]]>([
  ['needs no person', [{ ...called, awaits: 'result' }]],
  ['was approved in the file', [called, approval]],
  ['is running in the file', [called, approval, { ...claim, at }]],
  ['waits for a result in the file', [called, approval, { ...claim, at }, later]],
])('a call that %s is handed to a person, and never runs', async (_, events) => {
  const line = JSON.stringify({ id: 'a', events: [said('x'), ...events] });
  const store = memoryStore();
  expect(await take(store, line, line)).toEqual(['a imported', 'a unchanged']);
  const thread = await load(store, 'a');
  expect(thread.state.status).toBe('waiting_for_human');
  expect(thread.events.slice(0, -1)).toEqual([said('x'), ...events]);
  expect(thread.events.slice(-1)[0]).toMatchObject({
    type: 'handed_over',
    call_id: 'a:1',
    reason: 'this call was open when the thread was imported: answer with how it ended',
  });
  expect(await store.list({ limit: 9, dueBefore: '9999' })).toEqual([]);
});

test.each([1, 2, 3])(
  'an import that ended before event %i parks its call when it is repeated',
  async (kept) => {
    const store = memoryStore();
    const append: Store['append'] = (id, version, event, index) => {
      if (version === kept) return Promise.reject(new Error('killed'));
      return store.append(id, version, event, index);
    };
    const line = JSON.stringify({ id: 'a', events: [said('x'), called, approval] });
    await expect(take(wrapStore(store, { append }), line)).rejects.toThrow('killed');
    expect(await take(store, line, line)).toEqual(['a continued', 'a unchanged']);
    const { state } = await load(store, 'a');
    expect(state.status).toBe('waiting_for_human');
  },
);

test('a thread that runs here is not parked by an import of its export', async () => {
  const store = memoryStore();
  let thread = await load(store, 'a');
  const events = [said('x'), called, approval];
  for (const event of events) thread = await append(store, thread, event);
  const line = JSON.stringify({ id: 'a', events: thread.events });
  expect(await take(store, line)).toEqual(['a unchanged']);
  expect((await load(store, 'a')).state.status).toBe('ready');
});
