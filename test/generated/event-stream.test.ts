import { expect, onTestFinished, test, vi } from 'vitest';
import { initial } from '../../registry/agent/core/thread.ts';
import { eventStream } from '../../registry/agent/server/event-stream.ts';

test('a thread is read every pollMs, also between heartbeats and drafts', async () => {
  vi.useFakeTimers();
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
    vi.useRealTimers();
  });
  const startedAt = performance.now();
  const reads: number[] = [];
  const hasChanged = () => {
    reads.push(Math.round((performance.now() - startedAt) / 1_000));
    return Promise.resolve(false);
  };
  let grow: () => void = () => undefined;
  const drafts = {
    next: () => '',
    watch: (onDraft: () => void) => {
      grow = onDraft;
      return () => undefined;
    },
  };
  const source = {
    read: () => Promise.resolve({ id: 't_1', events: [], state: initial }),
    hasChanged,
    watch: () => () => undefined,
    pollMs: 10_000,
    stopping: stopping.signal,
    drafts,
  };
  const { body } = eventStream(source, 0);
  const reading = body?.pipeTo(new WritableStream());
  for (let second = 0; second < 60; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    if (second % 7 === 0) grow();
  }
  stopping.abort();
  await reading;
  expect(reads).toEqual([10, 20, 30, 40, 50, 60]);
});
