import { describe, expect, test, vi } from 'vitest';
import type { Event } from '../core/event.ts';
import { Conflict, type Store } from '../core/store.ts';

const said = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at: '2026-01-01T00:00:00.000Z',
});
const thinking = { status: 'thinking' } as const;

const soon = { timeout: 10_000, interval: 5 };

/** What every store must do. Run it on yours: `storeContract('mine', async () => myStore())`. */
export function storeContract(name: string, create: () => Promise<Store>): void {
  describe(`the store contract: ${name}`, () => {
    test('what was appended is loaded, in order, byte for byte', async () => {
      const store = await create();
      const texts = [
        'first',
        'zwölf Boxkämpfer 🙂',
        'a\nb\r\nc\u2028d\0e',
        '"\\',
        'x'.repeat(1_000_000),
      ];
      for (const [version, text] of texts.entries())
        expect(await store.append('t', version, said(text), thinking)).toBe(version + 1);
      expect(await store.load('t')).toEqual(texts.map(said));
    });

    test('a thread that does not exist has no events', async () => {
      const store = await create();
      expect(await store.load('nobody')).toEqual([]);
      await expect(store.append('nobody', 3, said('x'), thinking)).rejects.toThrow(Conflict);
      expect(await store.list({ limit: 10 })).toEqual([]);
    });

    test('a version that is stale, or ahead, is a conflict and leaves no trace', async () => {
      const store = await create();
      await store.append('t', 0, said('a'), thinking);
      await store.append('t', 1, said('b'), thinking);
      for (const version of [0, 1, 3, 99])
        await expect(store.append('t', version, said('no'), thinking)).rejects.toThrow(Conflict);
      await store.append('t', 2, said('c'), thinking);
      expect(await store.load('t')).toEqual([said('a'), said('b'), said('c')]);
    });

    test('of 16 that race for a version, one wins and the others conflict', async () => {
      const store = await create();
      for (let version = 0; version < 10; version++) {
        const racers = Array.from({ length: 16 }, (_, n) =>
          store.append('t', version, said(`${version}.${n}`), thinking),
        );
        const settled = await Promise.allSettled(racers);
        const lost = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
        expect(lost).toHaveLength(15);
        for (const reason of lost) expect(reason).toBeInstanceOf(Conflict);
      }
      expect(await store.load('t')).toHaveLength(10);
    });

    test('what a caller does to its events afterwards changes nothing', async () => {
      const store = await create();
      await store.append('t', 0, said('a'), thinking);
      (await store.load('t')).push(said('b'));
      expect(await store.load('t')).toEqual([said('a')]);
    });

    test('threads are listed by id, in pages, by status, by owner and by what is due', async () => {
      const store = await create();
      const due = '2026-01-02T00:00:00.000Z';
      const owner = 'o\'hara:%_"ü';
      for (const id of ['c', 'a', 'd']) await store.append(id, 0, said(id), thinking);
      await store.append('b', 0, said('b'), { ...thinking, owner });
      await store.append('b', 1, said('x'), { status: 'waiting_for_human', due, owner });
      expect(await store.list({ limit: 2 })).toEqual([
        { id: 'a', version: 1, status: 'thinking' },
        { id: 'b', version: 2, status: 'waiting_for_human', due, owner },
      ]);
      const ids = async (query: Parameters<Store['list']>[0]) =>
        (await store.list(query)).map(({ id }) => id);
      expect(await ids({ limit: 2, after: 'b' })).toEqual(['c', 'd']);
      expect(await ids({ limit: 9, status: 'thinking' })).toEqual(['a', 'c', 'd']);
      expect(await ids({ limit: 9, dueBefore: due })).toEqual([]);
      expect(await ids({ limit: 9, dueBefore: '2026-01-03' })).toEqual(['b']);
      expect(await ids({ limit: 9, status: 'failed' })).toEqual([]);
      expect(await ids({ limit: 9, owner })).toEqual(['b']);
      expect(await ids({ limit: 9, owner, status: 'thinking' })).toEqual([]);
      expect(
        await ids({ limit: 9, owner, status: 'waiting_for_human', dueBefore: '2026-01-03' }),
      ).toEqual(['b']);
      expect(await ids({ limit: 9, owner: 'ada' })).toEqual([]);
    });

    test.each(['', '"', 'a\ud800', '__proto__', "'; --", 'agent:ids', 'ü'.repeat(10_000)])(
      'an owner may have any name, such as %j',
      async (owner) => {
        const store = await create();
        await store.append('t', 0, said('x'), { ...thinking, owner });
        await store.append('t', 1, said('y'), { status: 'failed', owner });
        expect(await store.load('t')).toHaveLength(2);
        expect(await store.list({ limit: 9, owner })).toMatchObject([
          { id: 't', version: 2, status: 'failed' },
        ]);
        expect(await store.list({ limit: 9, status: 'thinking' })).toEqual([]);
      },
    );

    test('where appends can be watched, each is told, to whoever watches its thread, until they stop', async ({
      skip,
    }) => {
      const store = await create();
      const { watch } = store;
      if (watch === undefined) return skip('this store has no watch');
      const [one, two, other] = [vi.fn(), vi.fn(), vi.fn()];
      const stops = [watch('t', one), watch('t', two), watch('u', other)];
      const append = async (version: number) => {
        for (const called of [one, two, other]) called.mockClear();
        await store.append('t', version, said('x'), thinking);
      };
      // It may take a moment until a connection listens; that moment over, all have been called.
      await store.append('t', 0, said('x'), thinking);
      await expect
        .poll(() => [one, two].every((called) => called.mock.calls.length > 0), soon)
        .toBe(true);
      stops[0]?.();
      await append(1);
      await expect.poll(() => two.mock.calls.length, soon).toBeGreaterThan(0);
      expect(one).not.toHaveBeenCalled();
      for (const stop of stops) stop();
      await append(2);
      watch('t', one);
      await store.append('t', 3, said('x'), thinking);
      await expect.poll(() => one.mock.calls.length, soon).toBeGreaterThan(0);
      expect(two).not.toHaveBeenCalled();
      expect(other).not.toHaveBeenCalled();
    });
  });
}
