import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { UnknownOutcome } from './errors.ts';
import { runWithDeadline } from './deadline.ts';
import { memoryStore } from '../store/memory.ts';
import { wrapStore } from './store.ts';
import { initial } from './thread.ts';

const store = memoryStore();
const thread = { id: 't', events: [], state: initial };
const limits = { timeoutMs: 5, isObsolete: () => false };

test('work that never ends is given up at its timeout, and its signal fires', async () => {
  const signals: AbortSignal[] = [];
  const running = runWithDeadline(
    store,
    thread,
    limits,
    (signal) => (signals.push(signal), new Promise(() => undefined)),
  );
  await expect(running).rejects.toThrow(UnknownOutcome);
  await expect(running).rejects.toThrow('no answer in 5 ms');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('work that fails after it was given up fails unheard', async () => {
  const late = async () => (await sleep(10), Promise.reject(new Error('too late')));
  await expect(runWithDeadline(store, thread, limits, late)).rejects.toThrow(UnknownOutcome);
  await sleep(20);
});

test('work that ends in time settles as it did', async () => {
  const longer = { ...limits, timeoutMs: 60_000 };
  expect(await runWithDeadline(store, thread, longer, () => Promise.resolve('ok'))).toBe('ok');
  await expect(
    runWithDeadline(store, thread, longer, () => Promise.reject(new Error('no'))),
  ).rejects.toThrow('no');
});

describe('a check whether the work is still wanted', () => {
  test.each([
    ['asks for the version only, while nothing happens', true, 0],
    ['loads the thread, if the store has no version()', false, 1],
  ])('%s', async (_, hasVersion, loads) => {
    let loaded = 0;
    const counting = wrapStore(store, {
      load: (id) => (loaded++, store.load(id)),
    });
    if (!hasVersion) delete counting.version;
    const work = () => sleep(1_100);
    await runWithDeadline(counting, thread, { ...limits, timeoutMs: 60_000 }, work);
    expect(loaded).toBe(loads);
  });

  test('ends work that an event made obsolete', async () => {
    const moved = memoryStore();
    const at = '2026-01-01T00:00:00.000Z';
    const working = runWithDeadline(
      moved,
      thread,
      { timeoutMs: 60_000, isObsolete: ({ events }) => events.length > 0 },
      () => new Promise(() => undefined),
    );
    await moved.append('t', 0, { type: 'cancelled', by: 'ada', at }, { status: 'cancelled' });
    await expect(working).rejects.toThrow('moved on');
  });
});
