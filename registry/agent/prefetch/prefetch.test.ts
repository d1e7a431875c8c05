import { describe, expect, test } from 'vitest';
import type { Agent } from '../core/agent.ts';
import type { Event } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { append, load, type Store } from '../core/store.ts';
import { memoryStore } from '../store/memory.ts';
import { done, hear, read, toyAgent, typesOf } from '../testing/toy-agent.ts';
import { prefetch, prefetcher, type Prefetcher } from './prefetch.ts';

type Table = Readonly<Record<string, Prefetcher>>;

/** An agent that fetches, and is done at once. */
function agentWith(table: Table, store: Store = memoryStore()): Agent {
  return { ...toyAgent([done], { store }).agent, prefetch: prefetch(table) };
}

/** Says "go" to thread `t` and lets it run until it rests. */
async function start(agent: Agent) {
  await hear(agent, 't');
  return advance(agent, 't');
}

/** Lists the values of a thread: `a=1 b=2`. */
const valuesOf = (events: readonly Event[]): string =>
  events
    .flatMap((event) =>
      event.type === 'prefetched' ? `${event.name}=${JSON.stringify(event.result)}` : [],
    )
    .join(' ');

const value = (run: Prefetcher['run'], timeoutMs = 60_000): Prefetcher => ({
  run,
  timeoutMs,
  fallback: 'none',
});

/** Prefetchers that return their names, and the list of those that ran. */
function recorder(...names: readonly string[]) {
  const ran: string[] = [];
  const table: Table = Object.fromEntries(
    names.map((name) => [name, value(() => Promise.resolve(ran.push(name) && name))]),
  );
  return { ran, table };
}

/** A store whose process dies at the append of the event numbered `version`. */
function dyingAt(version: number, store: Store): Store {
  const dies = () => Promise.reject(new Error('kill -9'));
  return {
    ...store,
    append: (id, at, event, index) =>
      at === version ? dies() : store.append(id, at, event, index),
  };
}

/** A store that returns other objects each time, as all do that read a file or a database. */
function copying(store: Store): Store {
  return { ...store, load: async (id) => structuredClone(await store.load(id)) };
}

const never = () => new Promise<never>(() => undefined);

test('each value is an event before the first step, in the order of the table', async () => {
  const ended: string[] = [];
  const b = Promise.resolve('b').finally(() => ended.push('b'));
  const a = b.then(() => ended.push('a') && 'a');
  const table = { a: value(() => a), b: value(() => b) };
  const { events, state } = await start(agentWith(table));
  expect(typesOf(events)).toBe('message prefetched prefetched tool_call');
  expect(ended).toEqual(['b', 'a']);
  expect(valuesOf(events)).toBe('a="a" b="b"');
  expect(state.status).toBe('done');
});

test('all values are fetched at once', async () => {
  const waiting: (() => void)[] = [];
  const meet = () =>
    new Promise<string>((resolve) => {
      waiting.push(() => resolve('met'));
      if (waiting.length === 3) for (const go of waiting) go();
    });
  const { events } = await start(agentWith({ a: value(meet), b: value(meet), c: value(meet) }));
  expect(valuesOf(events)).toBe('a="met" b="met" c="met"');
});

test('a prefetcher sees the thread, and the model the value', async () => {
  const seen: string[] = [];
  const agent: Agent = {
    ...agentWith({ asked: value(({ messages, owner }) => Promise.resolve({ owner, messages })) }),
    model: ({ blocks }) => {
      seen.push(...blocks);
      return Promise.resolve({ step: done });
    },
  };
  await start(agent);
  expect(seen[1]).toMatch(/^<prefetched>\n asked:\n {2}owner: ada\n/);
});

describe('a value that cannot be had', () => {
  const fail = () => Promise.reject(new Error('away'));
  const fallback = (error: unknown) => `no: ${String(error)}`;
  const broken = () => {
    throw new Error('this too');
  };

  test.each<[string, Prefetcher, string]>([
    ['in time', { run: never, timeoutMs: 20, fallback: 'none' }, '"none"'],
    ['after an error', { run: fail, timeoutMs: 1_000, fallback: [] }, '[]'],
    ['after an error at once', { run: broken, timeoutMs: 1_000, fallback: 'none' }, '"none"'],
    ['but said by a function', { run: fail, timeoutMs: 1_000, fallback }, '"no: Error: away"'],
    [
      'in time, as the function hears',
      { run: never, timeoutMs: 20, fallback },
      '"no: Error: no answer in 20 ms"',
    ],
    ['nor by its fallback', { run: fail, timeoutMs: 1_000, fallback: broken }, '"failed: away"'],
    [
      'as JSON',
      value(() => Promise.resolve({ at: BigInt(1), not: Number.NaN })),
      '{"at":"1","not":"NaN"}',
    ],
    ['at all', value(() => Promise.resolve(undefined)), 'null'],
  ])('%s holds up neither the thread nor the others', async (_, one, expected) => {
    const { table } = recorder('other');
    const { events, state } = await start(agentWith({ one, ...table }));
    expect(valuesOf(events)).toBe(`one=${expected} other="other"`);
    expect(state.status).toBe('done');
  });

  test('is told so by its signal', async () => {
    const reasons: unknown[] = [];
    const run: Prefetcher['run'] = (_thread, signal) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return never();
    };
    await start(agentWith({ slow: value(run, 20) }));
    expect(reasons.map(String)).toEqual(['Error: no answer in 20 ms']);
  });

  test('has a fallback of the same type, as the compiler checks', () => {
    const run = () => Promise.resolve(1);
    expect([
      prefetcher({ run, timeoutMs: 1, fallback: 0 }),
      prefetcher({ run, timeoutMs: 1, fallback: () => 0 }),
      // @ts-expect-error it is a text
      prefetcher({ run, timeoutMs: 1, fallback: 'none' }),
      // @ts-expect-error it returns a promise
      prefetcher({ run, timeoutMs: 1, fallback: () => run() }),
    ]).toHaveLength(4);
  });
});

describe('what is fetched', () => {
  test('is only what is missing, after a crash between two values', async () => {
    const store = memoryStore();
    const before = recorder('a', 'b', 'c');
    await expect(start(agentWith(before.table, dyingAt(2, store)))).rejects.toThrow('kill -9');
    expect(before.ran).toEqual(['a', 'b', 'c']);
    const after = recorder('a', 'b', 'c');
    const { events } = await advance(agentWith(after.table, store), 't');
    expect(after.ran).toEqual(['b', 'c']);
    expect(valuesOf(events)).toBe('a="a" b="b" c="c"');
  });

  test('is saved once if two processes race', async () => {
    const store = memoryStore();
    const agents = [recorder('a', 'b'), recorder('a', 'b')].map(({ table }) =>
      agentWith(table, store),
    );
    const [first] = agents;
    if (first) await hear(first, 't');
    await Promise.all(agents.map((agent) => advance(agent, 't')));
    const { events } = await load(store, 't');
    expect(typesOf(events)).toBe('message prefetched prefetched tool_call');
    expect(valuesOf(events)).toBe('a="a" b="b"');
  });

  test.each<[string, Store, string]>([
    ['is not fetched again', memoryStore(), 'a b c'],
    ['is fetched again from a store that returns copies', copying(memoryStore()), 'a b c a b c'],
  ])('if a message comes meanwhile, %s', async (_, store, expected) => {
    const { ran, table } = recorder('a', 'b', 'c');
    let isSaid = false;
    const interrupting = value(async () => {
      ran.push('b');
      if (!isSaid) await hear(agent, 't', 'faster');
      isSaid = true;
      return 'b';
    });
    const agent = agentWith({ ...table, b: interrupting }, store);
    const { events } = await start(agent);
    expect(typesOf(events)).toBe('message message prefetched prefetched prefetched tool_call');
    expect(valuesOf(events)).toBe('a="a" b="b" c="c"');
    expect(ran.join(' ')).toBe(expected);
  });

  test('is what the thread does not have, and nothing once it has a step', async () => {
    const { ran, table } = recorder('a', 'b');
    const agent = agentWith(table);
    const given = { type: 'prefetched', name: 'a', result: 'given' } as const;
    const at = new Date(agent.now()).toISOString();
    await append(agent.store, await hear(agent, 't'), { ...given, at });
    const { events } = await advance(agent, 't');
    expect(valuesOf(events)).toBe('a="given" b="b"');
    await start({ ...agent, prefetch: prefetch(recorder('a', 'b', 'c').table) });
    expect(valuesOf((await load(agent.store, 't')).events)).toBe('a="given" b="b"');
    expect(ran).toEqual(['b']);
  });

  test('is given up when the thread is cancelled', async () => {
    const signals: AbortSignal[] = [];
    const hang = value((_thread, signal) => {
      signals.push(signal);
      return cancel().then(never);
    });
    const agent = agentWith({ hang });
    const at = new Date(agent.now()).toISOString();
    const cancel = async () =>
      append(agent.store, await load(agent.store, 't'), { type: 'cancelled', by: 'ada', at });
    const { events } = await start(agent);
    expect(typesOf(events)).toBe('message cancelled');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

test('a model that would ask for three values is asked once, not four times', async () => {
  const names = ['releases', 'calendar', 'owners'];
  const callsWith = async (table: Table) => {
    let calls = 0;
    const run = () => Promise.resolve(names[calls - 1]);
    const { agent } = toyAgent([], { run, policy: { budgets: manySteps } });
    const { state } = await start({
      ...agent,
      prefetch: prefetch(table),
      /** Reads until it has seen all the names. */
      model: ({ blocks }) => {
        calls += 1;
        const isComplete = names.every((name) => blocks.some((block) => block.includes(name)));
        return Promise.resolve({ step: isComplete ? done : read });
      },
    });
    return [state.status, calls];
  };
  expect(await callsWith({})).toEqual(['done', 4]);
  expect(await callsWith(recorder(...names).table)).toEqual(['done', 1]);
});

const manySteps = { steps: 20, errorsInARow: 3, repeats: 20, tokens: 1_000 };
