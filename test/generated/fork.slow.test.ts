import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { load, type Store } from '../../registry/agent/core/store.ts';
import { ownerOf } from '../../registry/agent/core/thread.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import { closePlaces, newSpace, places, type Place } from '../support/generated/store-places.ts';

afterAll(async () => {
  killChildren();
  await closePlaces();
});

const EVENTS = 400;

/** Saves thread `t`, which takes a moment to copy. */
async function saveThread(store: Store, characters: number) {
  const at = new Date().toISOString();
  const text = 'x'.repeat(characters);
  const message = { type: 'message', channel: 'test', from: 'ada', text, at } as const;
  const events = Array.from({ length: EVENTS }, () => message);
  await store.create?.('t', events, { status: 'thinking', owner: 'ada' });
}

/** Starts processes that copy thread `t` for each line that they get. */
async function startCopiers(place: Place, space: string, count: number) {
  const address = JSON.stringify({ name: place.name, where: await place.where(), space });
  const copiers = Array.from({ length: count }, () => startChild('fork.ts', address));
  await linesOf(copiers, 1);
  return copiers;
}

const linesOf = (copiers: readonly ReturnType<typeof startChild>[], least: number) =>
  expect
    .poll(() => copiers.every(({ lines, err }) => lines().length >= least || err() !== ''), {
      timeout: 60_000,
      interval: 5,
    })
    .toBe(true);

describe.each(places.filter(({ isShared }) => isShared))('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test('16 processes that copy a thread at once make 16 whole copies', async () => {
    const space = newSpace();
    const store = await place.open(space);
    await saveThread(store, 100);
    const copiers = await startCopiers(place, space, 16);
    for (const { write } of copiers) write('once');
    await linesOf(copiers, 2);
    for (const { child } of copiers) child.stdin.end();
    expect(await Promise.all(copiers.map(({ ended }) => ended))).toEqual(copiers.map(() => 0));
    const ids = new Set(copiers.map(({ lines }) => lines()[1] ?? ''));
    expect(ids.size).toBe(16);
    for (const id of ids) {
      const { events } = await load(store, id);
      expect([events.length, ownerOf(events)]).toEqual([EVENTS + 1, 'eve']);
    }
    expect(await store.list({ limit: 99, owner: 'eve' })).toHaveLength(16);
  }, 120_000);

  test('a process that is killed while it copies leaves whole copies only', async () => {
    const space = newSpace();
    const store = await place.open(space);
    await saveThread(store, 10_000);
    const saved = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const [copier] = await startCopiers(place, space, 1);
      copier?.write('again');
      // A busy machine takes long for the first one.
      await linesOf(copier ? [copier] : [], 2);
      await setTimeout(round * 13);
      copier?.child.kill('SIGKILL');
      await copier?.ended;
      for (const id of copier?.lines().slice(1) ?? []) saved.add(id);
    }
    const listed = (await store.list({ limit: 9_999 })).filter(({ id }) => id !== 't');
    expect(listed.length).toBeGreaterThan(0);
    const known = new Set(listed.map(({ id }) => id));
    expect([...saved].filter((id) => !known.has(id))).toEqual([]);
    for (const { id, version, status } of listed) {
      const { events } = await load(store, id);
      expect([events.length, version, status]).toEqual([EVENTS + 1, EVENTS + 1, 'thinking']);
      expect(events.at(-1)?.type).toBe('forked');
    }
  }, 120_000);
});
