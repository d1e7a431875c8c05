import { describe, expect, test } from 'vitest';
import type { Event, Step } from './event.ts';
import { recorded } from './recorded-threads.ts';
import { eventTypes, initial, ownerOf, reduce, type State, type Status } from './thread.ts';

const at = '2026-01-01T00:00:00.000Z';
const due = '2026-02-01T00:00:00.000Z';
const read: Step = { intent: 'read' };

const message: Event = { type: 'message', channel: 'test', from: 'ada', text: 'go', at };
const call = (awaits: 'result' | 'approval' | 'answer' | 'message'): Event => ({
  type: 'tool_call',
  call_id: 't:1',
  step: read,
  awaits,
  at,
});
const started = (attempt = 1): Event => ({
  type: 'tool_started',
  call_id: 't:1',
  attempt,
  by: 'p',
  lease_until: due,
  at,
});
const pending: Event = { type: 'tool_pending', call_id: 't:1', attempt: 1, due, at };
const result: Event = { type: 'tool_result', call_id: 't:1', attempt: 1, result: 'ok', at };
const error: Event = { type: 'tool_error', call_id: 't:1', attempt: 1, error: 'no', at };
const approved: Event = { type: 'approval', call_id: 't:1', approved: true, by: 'ada', at };
const denied: Event = { type: 'approval', call_id: 't:1', approved: false, by: 'ada', at };
const deniedByPolicy: Event = {
  type: 'approval',
  call_id: 't:1',
  approved: false,
  by: 'policy',
  at,
};
const endorsed: Event = { type: 'endorsed', call_id: 't:1', by: 'bob', at };
const edited = (awaits: 'result' | 'approval'): Event => ({
  type: 'approval',
  call_id: 't:1',
  approved: false,
  by: 'ada',
  at,
  edit: { call_id: 't:2', step: { ...read, from: 'b' }, awaits },
});
const answered: Event = { type: 'human_response', call_id: 't:1', by: 'ada', text: 'yes', at };
const handedOver: Event = { type: 'handed_over', call_id: 't:1', reason: 'why', at };
const expired = (outcome: 'denied' | 'failed'): Event => ({
  type: 'expired',
  call_id: 't:1',
  outcome,
  at,
});
const cancelled: Event = { type: 'cancelled', by: 'ada', at };
const modelError: Event = { type: 'model_error', error: 'no', at };
const prefetched: Event = { type: 'prefetched', name: 'weather', result: 'rain', at };

const stateAfter = (...events: Event[]): State => events.reduce(reduce, initial);

/** How to get a thread into each status, with call t:1 open where there is one. */
const ways: Record<Status, Event[]> = {
  thinking: [message],
  ready: [message, call('result')],
  running: [message, call('result'), started()],
  waiting_for_approval: [message, call('approval')],
  waiting_for_human: [message, call('answer')],
  waiting_for_result: [message, call('result'), started(), pending],
  done: [message, call('message')],
  failed: [message, call('answer'), expired('failed')],
  cancelled: [message, cancelled],
};
const statuses = Object.keys(ways) as Status[];

/** The whole state machine: where an event leads from each status in which it counts. */
const table: [name: string, event: Event, to: Partial<Record<Status, Status>>][] = [
  [
    'message',
    message,
    {
      thinking: 'thinking',
      ready: 'thinking',
      running: 'running',
      waiting_for_approval: 'thinking',
      waiting_for_human: 'thinking',
      waiting_for_result: 'waiting_for_result',
      done: 'thinking',
      failed: 'thinking',
    },
  ],
  ['prefetched', prefetched, {}],
  ['tool_call awaiting a result', call('result'), { thinking: 'ready' }],
  ['tool_call awaiting approval', call('approval'), { thinking: 'waiting_for_approval' }],
  ['tool_call awaiting an answer', call('answer'), { thinking: 'waiting_for_human' }],
  ['tool_call awaiting a message', call('message'), { thinking: 'done' }],
  ['model_error', modelError, { thinking: 'thinking' }],
  ['approval', approved, { waiting_for_approval: 'ready' }],
  ['denial', denied, { waiting_for_approval: 'thinking' }],
  ['denial by the policy', deniedByPolicy, { waiting_for_approval: 'thinking' }],
  ['endorsed', endorsed, {}],
  ['edit that a rule lets run', edited('result'), { waiting_for_approval: 'ready' }],
  [
    'edit that needs approval',
    edited('approval'),
    { waiting_for_approval: 'waiting_for_approval' },
  ],
  ['human_response', answered, { waiting_for_human: 'thinking' }],
  ['tool_started, first attempt', started(1), { ready: 'running' }],
  [
    'tool_started, second attempt',
    started(2),
    { running: 'running', waiting_for_result: 'running' },
  ],
  ['tool_pending', pending, { running: 'waiting_for_result' }],
  ['tool_result', result, { running: 'thinking', waiting_for_result: 'thinking' }],
  ['tool_error', error, { running: 'thinking', waiting_for_result: 'thinking' }],
  [
    'handed_over',
    handedOver,
    {
      thinking: 'waiting_for_human',
      ready: 'waiting_for_human',
      running: 'waiting_for_human',
      waiting_for_result: 'waiting_for_human',
    },
  ],
  [
    'expired, denied',
    expired('denied'),
    {
      waiting_for_approval: 'thinking',
      waiting_for_human: 'thinking',
      waiting_for_result: 'thinking',
    },
  ],
  [
    'expired, failed',
    expired('failed'),
    { waiting_for_approval: 'failed', waiting_for_human: 'failed', waiting_for_result: 'failed' },
  ],
  [
    'child_started',
    { type: 'child_started', call_id: 't:1', thread: 't_2', agent: 'small', at },
    {},
  ],
  [
    'part_ended',
    { type: 'part_ended', call_id: 't:1', part: '0', result: 1, at },
    {
      running: 'running',
      waiting_for_human: 'waiting_for_human',
      waiting_for_result: 'waiting_for_result',
    },
  ],
  ['delivery', { type: 'delivery', delivery: 'd', attempt: 1, state: 'sent', at }, {}],
  [
    'forked',
    { type: 'forked', by: 'eve', thread: 't_2', version: 3, at },
    {
      ready: 'thinking',
      running: 'thinking',
      waiting_for_approval: 'thinking',
      waiting_for_human: 'thinking',
      waiting_for_result: 'thinking',
      // Only the owner is another one.
      thinking: 'thinking',
      done: 'done',
      failed: 'failed',
    },
  ],
  ['lifted', { type: 'lifted', by: 'ada', at }, {}],
  ['cancelled', cancelled, Object.fromEntries(statuses.map((status) => [status, 'cancelled']))],
];

describe.each(table)('%s', (_, event, to) => {
  test.each(statuses)('in %s', (status) => {
    const before = stateAfter(...ways[status]);
    expect(before.status).toBe(status);
    const after = reduce(before, event);
    expect(after.status).toBe(to[status] ?? status);
    if (to[status] === undefined) expect(after).toBe(before);
  });
});

test('a copy is held until a person lifts that, and has the last owner', () => {
  const forked = { type: 'forked', by: 'eve', thread: 't_2', version: 1, at } as const;
  const events: readonly Event[] = [
    message,
    forked,
    message,
    { type: 'lifted', by: 'ada', at },
    message,
    { ...forked, by: 'carl' },
    { type: 'cancelled', by: 'ada', at },
    { type: 'lifted', by: 'ada', at },
  ];
  const forks = events.map((_, index) => events.slice(0, index + 1).reduce(reduce, initial).fork);
  const [held, free] = [true, false].map((isHeld) => ({ by: 'eve', isHeld }));
  const last = [true, true, false].map((isHeld) => ({ by: 'carl', isHeld }));
  expect(forks).toEqual([undefined, held, held, free, free, ...last]);
  expect(ownerOf(events)).toBe('carl');
  expect(ownerOf(events.slice(0, 1))).toBe('ada');
});

test('every type of event is in the table', () => {
  expect(new Set(table.map(([, { type }]) => type))).toEqual(new Set(eventTypes));
});

test('an event for another call, or of another attempt, changes nothing', () => {
  const running = stateAfter(...ways.running);
  for (const event of [result, error, pending, handedOver, started(2)]) {
    expect(reduce(running, { ...event, call_id: 't:9' } as Event)).toBe(running);
  }
  for (const event of [result, error, pending])
    expect(reduce(running, { ...event, attempt: 2 } as Event)).toBe(running);
  expect(reduce(running, started(3))).toBe(running);
});

test('an event that this version does not know changes nothing', () => {
  const state = stateAfter(...ways.ready);
  expect(reduce(state, { type: 'teleported', at } as unknown as Event)).toBe(state);
});

test('budgets count since a person last spoke; the policy is no person', () => {
  const worked = [message, call('result'), started(), error];
  const spent = { steps: 1, errors: 1, tokens: 0, usd: 0, repeats: 1 };
  expect(stateAfter(...worked).spent).toEqual(spent);
  expect(stateAfter(...worked, message).spent.steps).toBe(0);
  expect(stateAfter(...worked, call('approval'), denied).spent.steps).toBe(0);
  expect(stateAfter(...worked, call('approval'), deniedByPolicy).spent.steps).toBe(2);
  expect(stateAfter(...worked, call('result'), started(), result).spent).toEqual({
    ...spent,
    steps: 2,
    errors: 0,
    repeats: 2,
  });
});

test('tokens and money add up: since a person spoke, and over the whole thread', () => {
  const usage = {
    model: 'm',
    input_tokens: 90,
    output_tokens: 10,
    cached_tokens: 50,
    reasoning_tokens: 4,
    usd: 0.25,
  };
  const paid: Event = { ...call('answer'), usage } as Event;
  const wasted: Event = { ...modelError, usage: { input_tokens: 5, output_tokens: 5 } } as Event;
  const { spent, usage: total } = stateAfter(
    message,
    paid,
    message,
    wasted,
    paid,
    expired('denied'),
    paid,
  );
  expect(spent).toMatchObject({ tokens: 210, usd: 0.5 });
  expect(total).toEqual({
    input_tokens: 275,
    output_tokens: 35,
    cached_tokens: 150,
    reasoning_tokens: 12,
    usd: 0.75,
  });
});

test('a null for what a call took, in a thread that was fixed by hand, counts nothing', () => {
  const { usage, spent } = stateAfter(message, {
    ...call('answer'),
    usage: null,
  } as unknown as Event);
  expect([usage, spent.tokens]).toEqual([initial.usage, 0]);
});

test('where no price is known, neither is a sum', () => {
  const usage = { input_tokens: 5, output_tokens: 5 };
  const state = stateAfter(message, { ...call('answer'), usage } as Event);
  expect(state.usage).toEqual(usage);
  expect(state.spent.usd).toBe(0);
});

test('any order of any events gives a state, with an open call exactly where one is due', () => {
  const pool = table.map(([, event]) => event);
  let seed = 20_260_101;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const anyThread = () =>
    Array.from({ length: 12 }, (_, i) => pool[random(pool.length - (i < 10 ? 1 : 0))] ?? message);
  const isWrong = ({ status, open }: State) =>
    (open !== undefined) !== /^(ready|running|waiting)/.test(status);
  const threads = Array.from({ length: 20_000 }, anyThread);
  expect(threads.filter((events) => isWrong(stateAfter(...events)))).toEqual([]);
});

test.each(['constructor', '__proto__', 'toString', 'of a later version'])(
  'an event of type %s changes nothing',
  (type) => {
    const event = { type, at: '2026-01-01T00:00:00Z' } as Event;
    expect(reduce(initial, event)).toBe(initial);
  },
);

test.each(Object.entries(recorded))('an old thread replays: %s', (_, { events, state }) => {
  const lines = events.trim().split('\n');
  const replayed = lines.map((line) => JSON.parse(line) as Event).reduce(reduce, initial);
  expect({ open: undefined, ...replayed }).toMatchObject({ open: undefined, ...state });
});
