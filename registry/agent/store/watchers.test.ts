import { expect, test } from 'vitest';
import { watchers } from './watchers.ts';

/** Records calls of `open`, of its result and of callbacks, in order. */
function toyWatchers() {
  const seen: string[] = [];
  const all = watchers(() => {
    seen.push('opened');
    return () => void seen.push('closed');
  });
  const watch = (id: string, name: string) => all.watch(id, () => void seen.push(name));
  return { ...all, watch, seen };
}

test('opens for the first watcher and closes after the last one, each time', () => {
  const { watch, seen } = toyWatchers();
  const stops = [watch('t', 'a'), watch('t', 'b'), watch('u', 'c')];
  for (const stop of stops) stop();
  expect(seen).toEqual(['opened', 'closed']);
  watch('t', 'a')();
  expect(seen).toEqual(['opened', 'closed', 'opened', 'closed']);
});

test('removes one watcher only, even if it stops twice', async () => {
  const { watch, notify, seen } = toyWatchers();
  const stop = watch('t', 'a');
  watch('t', 'b');
  stop();
  stop();
  notify('t');
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'b']);
});

test('does not call a watcher that stopped after the notification', async () => {
  const { watch, notify, seen } = toyWatchers();
  const stop = watch('t', 'a');
  notify('t');
  stop();
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'closed']);
});

test('notifies all watchers, and none after clear', async () => {
  const { watch, notifyAll, clear, seen } = toyWatchers();
  for (const [id, name] of [
    ['t', 'a'],
    ['u', 'b'],
  ] as const)
    watch(id, name);
  notifyAll();
  await Promise.resolve();
  clear();
  notifyAll();
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'a', 'b', 'closed']);
});
