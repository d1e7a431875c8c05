import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Agent, Runner, RunnerHost } from '../core/agent.ts';
import { advance } from '../core/loop.ts';
import { approve, report } from '../core/people.ts';
import { Conflict, wrapStore, load, type Store } from '../core/store.ts';
import { ask, done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { StoreAway } from './advance-thread.ts';
import { backoff } from './backoff.ts';
import { escapeUnseen } from '../core/sanitize.ts';
import type { LogLine } from './log.ts';
import { retryingStore } from './retrying-store.ts';
import { jobQueue, type JobQueue } from './job-queue.ts';
import { startWorker } from './worker.ts';

const often = { everyMs: 5, log: () => undefined };
const quiet = often;

/** Resolves once the thread's events are of these types. */
async function becomes(store: Store, id: string, types: string): Promise<void> {
  await vi.waitFor(async () => expect(typesOf((await load(store, id)).events)).toBe(types), 5_000);
}

describe('due threads', () => {
  test('a thread continues once it is due after its process died, not earlier', async () => {
    const { agent, clock } = toyAgent([done]);
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    clock.ms += 199_000;
    await sleep(50);
    expect(typesOf(await agent.store.load('t'))).toBe('message');
    clock.ms += 2_000;
    await becomes(agent.store, 't', 'message tool_call');
    expect(await worker.stop()).toEqual([]);
  });

  test('30 s after its start, a worker continues the threads that were thinking', async () => {
    const { agent, clock } = toyAgent([done]);
    await hear(agent, 't');
    clock.ms += 1_000;
    const worker = startWorker(agent, quiet);
    await sleep(30);
    clock.ms += 30_000;
    await becomes(agent.store, 't', 'message tool_call');
    await worker.stop();
  });

  test('a request without an answer expires by policy, and a late answer is refused', async () => {
    const { agent, clock } = toyAgent([write, done]);
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call');
    clock.ms += 31 * 86_400_000;
    await becomes(agent.store, 't', 'message tool_call expired tool_call');
    const late = approve(agent, 't:1', { approved: true, by: 'ada' });
    await expect(late).rejects.toThrow('Already answered: it expired');
    await worker.stop();
  });

  test('a call whose process died while it ran is taken over after its lease', async () => {
    const { agent, clock, ran } = toyAgent([read, done]);
    await hear(agent, 't');
    const stuck = toyAgent([read, done], {
      store: agent.store,
      run: () => new Promise(() => undefined),
      timeoutMs: 1e9,
    });
    const first = startWorker(stuck.agent, { everyMs: Infinity });
    first.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    expect(await first.stop(0)).toEqual(['t']);
    const second = startWorker(agent, quiet);
    clock.ms += 2e9;
    await becomes(
      agent.store,
      't',
      'message tool_call tool_started tool_started tool_result tool_call',
    );
    expect(ran).toEqual(['read t:1']);
    await second.stop();
  });

  test('four workers on one store run each call once', async () => {
    const { agent, clock, ran } = toyAgent([read, ask]);
    for (let n = 0; n < 20; n++) await hear(agent, `t${n}`);
    clock.ms += 300_000;
    const workers = Array.from({ length: 4 }, () => startWorker(agent, quiet));
    for (let n = 0; n < 20; n++)
      await becomes(agent.store, `t${n}`, 'message tool_call tool_started tool_result tool_call');
    expect(new Set(ran).size).toBe(20);
    expect(ran).toHaveLength(20);
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  test('a thread with a new message comes before threads that are only due', async () => {
    const ends: (() => void)[] = [];
    const { agent, clock, ran } = toyAgent([read, ask], {
      run: () => new Promise<void>((end) => ends.push(end)),
    });
    for (let n = 0; n < 20; n++) await hear(agent, `t${n}`);
    clock.ms += 300_000;
    const worker = startWorker(agent, { ...quiet, atOnce: 1 });
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    await hear(agent, 'person');
    worker.advance('person');
    ends[0]?.();
    await vi.waitFor(() => expect(ran[1]).toBe('read person:1'));
    await worker.stop(0);
  });

  test('a thread that fails is logged, and not retried at every poll', async () => {
    const { agent, clock } = toyAgent([read]);
    const lines: LogLine[] = [];
    await hear(agent, 't');
    clock.ms += 300_000;
    const append = () => Promise.reject(new TypeError('a bug in a store'));
    const broken = { ...agent, store: { ...agent.store, append } };
    const worker = startWorker(broken, { ...often, log: (line) => lines.push(line) });
    const failure = { level: 'error', thread: 't', error: 'a bug in a store' };
    await vi.waitFor(() => expect(lines).toMatchObject([failure]));
    await sleep(50);
    expect(lines).toHaveLength(1);
    await worker.stop();
  });

  test('a thread that could not be loaded is retried soon, however late it is due', async () => {
    const { agent } = toyAgent([done]);
    let failures = 1;
    const load: Store['load'] = (id) => {
      if (failures-- > 0) return Promise.reject(new Error('ECONNREFUSED'));
      return agent.store.load(id);
    };
    await hear(agent, 't');
    const worker = startWorker({ ...agent, store: wrapStore(agent.store, { load }) }, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call');
    await worker.stop();
  });

  test('one search that took long does not delay the next', async () => {
    const { agent, clock } = toyAgent([done]);
    let searches = 0;
    const list: Store['list'] = async (query) => {
      if (searches++ === 0) await sleep(700);
      return agent.store.list(query);
    };
    const worker = startWorker({ ...agent, store: wrapStore(agent.store, { list }) }, quiet);
    await vi.waitFor(() => expect(searches).toBe(1));
    await sleep(700);
    await hear(agent, 't');
    clock.ms += 300_000;
    await becomes(agent.store, 't', 'message tool_call');
    await worker.stop();
  });

  test('an unavailable store is logged once, and polled until it is back', async () => {
    const { agent, clock } = toyAgent([done]);
    const lines: LogLine[] = [];
    let isAway = true;
    const list: Store['list'] = (query) => {
      if (isAway) return Promise.reject(new Error('ECONNREFUSED'));
      return agent.store.list(query);
    };
    await hear(agent, 't');
    clock.ms += 300_000;
    const worker = startWorker(
      { ...agent, store: wrapStore(agent.store, { list }) },
      { ...often, log: (line) => lines.push(line) },
    );
    await sleep(50);
    const message = 'The due threads cannot be listed';
    expect(lines).toEqual([{ level: 'error', message, error: 'ECONNREFUSED' }]);
    isAway = false;
    await becomes(agent.store, 't', 'message tool_call');
    await worker.stop();
  });
});

describe('stopping', () => {
  test('saves the outcome of the running call, and makes the thread due at once', async () => {
    let end: () => void = () => undefined;
    const { agent, ran } = toyAgent([read, read], {
      timeoutMs: 60_000,
      run: () => new Promise<void>((go) => (end = go)),
    });
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    const stopped = worker.stop();
    end();
    expect(await stopped).toEqual([]);
    expect(typesOf(await agent.store.load('t'))).toBe('message tool_call tool_started tool_result');
    expect(ran).toHaveLength(1);
    expect(
      await agent.store.list({ limit: 1, dueBefore: new Date(agent.now() + 1).toISOString() }),
    ).toHaveLength(1);
  });

  test('saves the outcome of the running call, even after a new message', async () => {
    let end: () => void = () => undefined;
    const { agent } = toyAgent([read, done], {
      timeoutMs: 60_000,
      run: () => new Promise<void>((go) => (end = go)),
    });
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    await hear(agent, 't');
    const stopped = worker.stop();
    end();
    expect(await stopped).toEqual([]);
    expect(typesOf(await agent.store.load('t'))).toBe(
      'message tool_call tool_started message tool_result',
    );
  });

  test('starts nothing if the outcome came too late to count', async () => {
    let end: () => void = () => undefined;
    const { agent } = toyAgent([read, done], {
      timeoutMs: 60_000,
      run: () => new Promise<void>((go) => (end = go)),
    });
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    await report(agent, 't:1', { result: 'from outside' });
    const stopped = worker.stop();
    end();
    expect(await stopped).toEqual([]);
    expect(typesOf(await agent.store.load('t'))).toBe('message tool_call tool_started tool_result');
  });

  test('saves the outcome of a call that was handed over meanwhile', async () => {
    let end: () => void = () => undefined;
    const { agent, clock } = toyAgent([read, done], {
      onUnknownOutcome: 'ask_human',
      timeoutMs: 60_000,
      run: () => new Promise<void>((go) => (end = go)),
    });
    await hear(agent, 't');
    const worker = startWorker(agent, { everyMs: Infinity });
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    clock.ms += 66_000;
    await advance(agent, 't');
    const stopped = worker.stop();
    end();
    expect(await stopped).toEqual([]);
    expect(typesOf(await agent.store.load('t'))).toBe(
      'message tool_call tool_started handed_over tool_result',
    );
  });

  test('runs a call whose claim was being saved', async () => {
    const { agent, ran } = toyAgent([read, done]);
    let save: () => void = () => undefined;
    const claimed = new Promise<void>((resolve) => (save = resolve));
    const append: Store['append'] = async (id, version, event, index) => {
      if (event.type === 'tool_started') await claimed;
      return agent.store.append(id, version, event, index);
    };
    await hear(agent, 't');
    const worker = startWorker({ ...agent, store: wrapStore(agent.store, { append }) }, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call');
    await sleep(20);
    const stopped = worker.stop();
    save();
    expect(await stopped).toEqual([]);
    expect(ran).toEqual(['read t:1']);
    expect(typesOf(await agent.store.load('t'))).toBe('message tool_call tool_started tool_result');
  });

  test('names the threads that do not end within the deadline', async () => {
    const { agent } = toyAgent([read], {
      timeoutMs: 60_000,
      run: () => new Promise(() => undefined),
    });
    await hear(agent, 't');
    const worker = startWorker(agent, quiet);
    worker.advance('t');
    await becomes(agent.store, 't', 'message tool_call tool_started');
    expect(await worker.stop(20)).toEqual(['t']);
    worker.advance('other');
    expect(await worker.stop(20)).toEqual(['t']);
  });
});

describe('a retrying store', () => {
  const event = { type: 'cancelled', by: 'ada', at: '2026-01-01T00:00:00.000Z' } as const;
  const index = { status: 'cancelled' } as const;

  test('retries an append until the store is back', async () => {
    let failures = 3;
    const { store } = toyAgent([]).agent;
    const append: Store['append'] = (...one) => {
      if (failures-- > 0) return Promise.reject(new Error('connection terminated'));
      return store.append(...one);
    };
    expect(await retryingStore(wrapStore(store, { append })).append('t', 0, event, index)).toBe(1);
  });

  test('retries the load after a conflict, and no other', async () => {
    const { store } = toyAgent([]).agent;
    let failures = 1;
    const load: Store['load'] = (id) => {
      if (failures-- > 0) return Promise.reject(new Error('connection terminated'));
      return store.load(id);
    };
    const retrying = retryingStore(wrapStore(store, { load }));
    await expect(retrying.append('t', 3, event, index)).rejects.toThrow(Conflict);
    expect(await retrying.load('t')).toEqual([]);
    failures = 1;
    await expect(retrying.load('t')).rejects.toThrow('terminated');
  });

  test('does not retry a conflict, and gives up after its time', async () => {
    const { store } = toyAgent([]).agent;
    let tries = 0;
    const append: Store['append'] = () => {
      tries++;
      return Promise.reject(new Error('connection refused'));
    };
    await expect(retryingStore(store).append('t', 3, event, index)).rejects.toThrow(Conflict);
    await expect(
      retryingStore(wrapStore(store, { append }), 250).append('t', 0, event, index),
    ).rejects.toThrow('refused');
    expect(tries).toBe(2);
  });
});

test('a queue runs one job per id at a time, and again if it was added meanwhile', async () => {
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const jobs = jobQueue(2, async (id) => {
    log.push(id);
    await new Promise<void>((end) => ends.push(end));
  });
  for (const id of ['a', 'a', 'a', 'b', 'c']) jobs.add(id);
  expect(log).toEqual(['a', 'b']);
  ends[0]?.();
  await vi.waitFor(() => expect(log).toEqual(['a', 'b', 'a']));
  ends[1]?.();
  await vi.waitFor(() => expect(log).toEqual(['a', 'b', 'a', 'c']));
  expect(jobs.running().sort()).toEqual(['a', 'c']);
});

describe('a free slot of a queue', () => {
  /** The order in which one slot runs the queued jobs. */
  async function orderOf(fill: (jobs: JobQueue) => void): Promise<string> {
    const order: string[] = [];
    const ends: (() => void)[] = [];
    const jobs = jobQueue(1, async (id) => {
      order.push(id);
      await new Promise<void>((end) => ends.push(end));
    });
    jobs.add('first');
    fill(jobs);
    for (let ended = 0; ended < order.length; ended++) {
      ends[ended]?.();
      await sleep(1);
    }
    return order.slice(1).join(' ');
  }

  test.each<[string, string, (jobs: JobQueue) => void]>([
    [
      'goes to one owner after the other',
      'a1 b1 c1 a2 b2 a3',
      (jobs) => {
        for (const id of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) jobs.add(id, id[0]);
      },
    ],
    [
      'goes to due threads and to new events by turns',
      'd1 n1 d2 n2 d3',
      (jobs) => {
        for (const id of ['d1', 'd2', 'd3']) jobs.addDue(id, 'a');
        for (const id of ['n1', 'n2']) jobs.add(id, 'a');
      },
    ],
    [
      'goes to a new owner at once, behind 200 threads of another',
      'a0 b a1',
      (jobs) => {
        for (let n = 0; n < 200; n++) jobs.add(`a${n}`, 'a');
        jobs.add('b', 'b');
      },
    ],
  ])('%s', async (_, expected, fill) => {
    expect((await orderOf(fill)).startsWith(expected)).toBe(true);
  });

  test('is not promised to all due threads of one owner, but to all owners', () => {
    const jobs = jobQueue(1, () => new Promise(() => undefined));
    const queued = Array.from({ length: 600 }, (_, n) => jobs.addDue(`a${n}`, 'a'));
    expect(queued.filter(Boolean).length).toBe(501);
    expect(jobs.addDue('b', 'b')).toBe(true);
  });
});

const MANY = { timeout: 30_000 };

test('all of many due threads are advanced, although few are queued', MANY, async () => {
  const { agent, clock } = toyAgent([done]);
  for (let n = 0; n < 700; n++) await hear(agent, `t${n}`);
  clock.ms += 300_000;
  const worker = startWorker(agent, often);
  await vi.waitFor(
    async () => expect(await agent.store.list({ status: 'done', limit: 2_000 })).toHaveLength(700),
    { timeout: 20_000 },
  );
  await worker.stop();
});

test('after each failure the wait doubles, up to five minutes, and a success resets it', () => {
  let ms = 0;
  const failures = backoff(undefined, () => ms);
  const waits = Array.from({ length: 10 }, () => {
    failures.failed('t');
    const from = ms;
    while (!failures.mayTry('t')) ms += 1_000;
    return (ms - from) / 1_000;
  });
  expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  failures.failed('t');
  failures.succeeded('t');
  expect(failures.mayTry('t')).toBe(true);
});

test('characters that act on a terminal are escaped in the log', () => {
  expect(escapeUnseen('t_1: a\u001b[2J\u009b31m\u202eb\nc')).toBe(
    't_1: a\\u{1b}[2J\\u{9b}31m\\u{202e}b\\u{a}c',
  );
});

describe('a runner of its own', () => {
  /** A worker whose runner only keeps what it is given. */
  async function hosted(steps = [done]) {
    const { agent } = toyAgent(steps);
    await hear(agent, 't');
    const woken: string[] = [];
    let host: RunnerHost | undefined;
    const runner: Runner = (given) => {
      host = given;
      return { wake: (id) => woken.push(id), stop: () => Promise.resolve(), running: () => [] };
    };
    const lines: LogLine[] = [];
    const log = (line: LogLine) => lines.push(line);
    return {
      agent,
      woken,
      lines,
      work: (changes: Partial<Agent> = {}) =>
        startWorker({ ...agent, runner, ...changes }, { log }),
      advance: (failures: number) => host?.advance('t', failures),
      status: async () => (await load(agent.store, 't')).state.status,
    };
  }

  test('is told of each thread, and decides when to advance it', async () => {
    const { woken, work, advance, status } = await hosted();
    const worker = work();
    worker.advance('t');
    expect([woken, await status()]).toEqual([['t'], 'thinking']);
    await advance(0);
    expect(await status()).toBe('done');
    await worker.stop();
  });

  /** An agent whose steps cannot be saved. */
  const broken = (agent: Agent): Partial<Agent> => ({
    store: wrapStore(agent.store, {
      append: (...event) =>
        event[2].type === 'tool_call'
          ? Promise.reject(new TypeError('no room'))
          : agent.store.append(...event),
    }),
  });

  test('is told of a thread that is in another store', async () => {
    const { lines, work } = await hosted();
    let host: RunnerHost | undefined;
    const runner: Runner = (given) => {
      host = given;
      return { wake: () => undefined, stop: () => Promise.resolve(), running: () => [] };
    };
    const worker = work({ runner });
    await host?.advance('foreign', 0);
    expect(lines.map(({ message }) => message)).toEqual([
      'foreign was woken, but is not in this store: another agent or store has the same queue',
    ]);
    await worker.stop();
  });

  test('does not count failures of a store that is away', async () => {
    const { agent, work, advance, status } = await hosted();
    const away = () => Promise.reject(new Error('no connection'));
    const { store = agent.store } = broken(agent);
    const worker = work({ store: wrapStore(store, { list: away }) });
    await expect(advance(9)).rejects.toThrow(StoreAway);
    expect(await status()).toBe('thinking');
    await worker.stop();
  });

  test('is stopped if a trigger refuses', async () => {
    const { agent } = await hosted();
    const stop = vi.fn(() => Promise.resolve());
    const runner: Runner = () => ({ wake: () => undefined, stop, running: () => [] });
    const triggers = {
      wake: () => {
        throw new Error('no secret');
      },
    };
    expect(() => startWorker({ ...agent, runner, triggers }, { log: () => undefined })).toThrow(
      'no secret',
    );
    expect(stop).toHaveBeenCalledOnce();
  });

  test('hands a thread to a person after ten failures in a row', async () => {
    const { agent, lines, work, advance, status } = await hosted();
    const worker = work(broken(agent));
    await expect(advance(8)).rejects.toThrow('no room');
    expect(await status()).toBe('thinking');
    await advance(9);
    const { state } = await load(agent.store, 't');
    expect(state).toMatchObject({
      status: 'waiting_for_human',
      open: { reason: '10 failures in a row: no room. How should I go on?' },
    });
    expect(lines.filter(({ error }) => error === 'no room')).toHaveLength(2);
    await worker.stop();
  });
});
