import { expect, test } from 'vitest';
import { watchers } from './watchers.ts';

/** What is opened and closed, and who is called, in order. */
function toyWatchers() {
  const seen: string[] = [];
  const all = watchers(() => (seen.push('opened'), () => void seen.push('closed')));
  const watch = (id: string, name: string) => all.watch(id, () => void seen.push(name));
  return { ...all, watch, seen };
}

test('the first watcher opens, and the last one closes, each time', () => {
  const { watch, seen } = toyWatchers();
  const stops = [watch('t', 'a'), watch('t', 'b'), watch('u', 'c')];
  for (const stop of stops) stop();
  expect(seen).toEqual(['opened', 'closed']);
  watch('t', 'a')();
  expect(seen).toEqual(['opened', 'closed', 'opened', 'closed']);
});

test('who stops twice takes nobody else back', async () => {
  const { watch, tell, seen } = toyWatchers();
  const stop = watch('t', 'a');
  watch('t', 'b');
  stop();
  stop();
  tell('t');
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'b']);
});

test('who stopped is not called any more, even if that was under way', async () => {
  const { watch, tell, seen } = toyWatchers();
  const stop = watch('t', 'a');
  tell('t');
  stop();
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'closed']);
});

test('all are told at once, and cleared at once', async () => {
  const { watch, tellAll, clear, seen } = toyWatchers();
  for (const [id, name] of [
    ['t', 'a'],
    ['u', 'b'],
  ] as const)
    watch(id, name);
  tellAll();
  await Promise.resolve();
  clear();
  tellAll();
  await Promise.resolve();
  expect(seen).toEqual(['opened', 'a', 'b', 'closed']);
});
