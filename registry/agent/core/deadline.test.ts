import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { UnknownOutcome } from './errors.ts';
import { runWithDeadline } from './deadline.ts';
import { memoryStore } from '../store/memory.ts';

const store = memoryStore();
const limits = { timeoutMs: 5, isObsolete: () => false };

test('work that never ends is given up at its timeout, and its signal fires', async () => {
  const signals: AbortSignal[] = [];
  const running = runWithDeadline(
    store,
    't',
    limits,
    (signal) => (signals.push(signal), new Promise(() => {})),
  );
  await expect(running).rejects.toThrow(UnknownOutcome);
  await expect(running).rejects.toThrow('no answer in 5 ms');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('work that fails after it was given up fails unheard', async () => {
  const late = async () => (await sleep(10), Promise.reject(new Error('too late')));
  await expect(runWithDeadline(store, 't', limits, late)).rejects.toThrow(UnknownOutcome);
  await sleep(20);
});

test('work that ends in time settles as it did', async () => {
  const longer = { ...limits, timeoutMs: 60_000 };
  expect(await runWithDeadline(store, 't', longer, async () => 'ok')).toBe('ok');
  await expect(
    runWithDeadline(store, 't', longer, () => Promise.reject(new Error('no'))),
  ).rejects.toThrow('no');
});
