import { describe, expect, test, vi } from 'vitest';
import type { Event } from '../core/event.ts';
import { append, Conflict, listAll, load, wrapStore, type Store } from '../core/store.ts';

const message = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at: '2026-01-01T00:00:00.000Z',
});
const numbers: Event = {
  type: 'prefetched',
  name: 'numbers',
  result: [0.1 + 0.2, 2 ** 60, 1e21, 5e-324],
  at: '2026-01-01T00:00:00.000Z',
};
const thinking = { status: 'thinking' } as const;

/** Notifications may take a moment, but not longer. */
const soon = { timeout: 10_000, interval: 5 };

/** Tests what every store must do. For your own: `storeContract('mine', () => myStore())`. */
export function storeContract(name: string, create: () => Store | Promise<Store>): void {
  describe(`the store contract: ${name}`, () => {
    test('loads what was appended, in order, byte for byte', async () => {
      const store = await create();
      const texts = [
        'first',
        'zwölf Boxkämpfer 🙂',
        'a\nb\r\nc\u2028d\0e',
        '"\\',
        'x'.repeat(1_000_000),
      ];
      for (const [version, text] of texts.entries())
        expect(await store.append('t', version, message(text), thinking)).toBe(version + 1);
      await store.append('t', texts.length, numbers, thinking);
      expect(await store.load('t')).toEqual([...texts.map(message), numbers]);
      expect(await store.list({ limit: 1 })).toMatchObject([{ id: 't', version: 6, ...thinking }]);
    });

    test('finds no events in a thread that does not exist', async () => {
      const store = await create();
      expect(await store.load('missing')).toEqual([]);
      await expect(store.append('missing', 3, message('x'), thinking)).rejects.toThrow(Conflict);
      expect(await store.list({ limit: 10 })).toEqual([]);
    });

    test('rejects an append at any version except the current one', async () => {
      const store = await create();
      await store.append('t', 0, message('a'), thinking);
      await store.append('t', 1, message('b'), thinking);
      for (const version of [0, 1, 3, 99])
        await expect(store.append('t', version, message('no'), thinking)).rejects.toThrow(Conflict);
      await store.append('t', 2, message('c'), thinking);
      expect(await store.load('t')).toEqual([message('a'), message('b'), message('c')]);
    });

    test('accepts one of 16 appends that race for a version', async () => {
      const store = await create();
      for (let version = 0; version < 10; version++) {
        const appends = Array.from({ length: 16 }, (_, n) =>
          store.append('t', version, message(`${version}.${n}`), thinking),
        );
        const settled = await Promise.allSettled(appends);
        const rejected = settled.filter((result) => result.status === 'rejected');
        expect(rejected).toHaveLength(15);
        for (const { reason } of rejected) expect(reason).toBeInstanceOf(Conflict);
      }
      expect(await store.load('t')).toHaveLength(10);
    });

    test('saves all events of a new thread at once', async ({ skip }) => {
      const store = await create();
      if (store.create === undefined) return skip('This store has no create().');
      const due = '2026-01-02T00:00:00.000Z';
      const index = {
        ...thinking,
        due,
        owner: 'eve',
      };
      const texts = ['zwölf 🙂', '"\\{},', 'a\0\ud800\n', ''];
      const many = Array.from({ length: 10_000 }, (_, at) => `event ${at}`);
      const events = [...[...texts, ...many].map(message), numbers];
      expect(await store.create('t', events, index)).toBe(events.length);
      expect(await store.load('t')).toEqual(events);
      const listed = {
        id: 't',
        version: events.length,
        ...index,
      };
      for (const query of [{ owner: 'eve' }, { dueBefore: '2026-01-03' }])
        expect(await store.list({ ...query, limit: 9 })).toMatchObject([listed]);
      await store.append('t', events.length, message('more'), thinking);
      expect(await store.load('t')).toHaveLength(events.length + 1);
    });

    test('creates no thread twice', async ({ skip }) => {
      const { create: createThread, ...store } = wrapStore(await create(), {});
      if (createThread === undefined) return skip('This store has no create().');
      const creates = Array.from({ length: 16 }, (_, n) =>
        createThread('t', [message(`${n}`), numbers], { ...thinking, owner: `${n}` }),
      );
      const settled = await Promise.allSettled(creates);
      const rejected = settled.filter((result) => result.status === 'rejected');
      expect(rejected).toHaveLength(15);
      for (const { reason } of rejected) expect(reason).toBeInstanceOf(Conflict);
      const winner = settled.findIndex(({ status }) => status === 'fulfilled');
      expect(await store.load('t')).toEqual([message(`${winner}`), numbers]);
      expect(await store.list({ limit: 9 })).toMatchObject([{ version: 2, owner: `${winner}` }]);
      await store.append('u', 0, message('u'), thinking);
      await expect(createThread('u', [numbers], thinking)).rejects.toThrow(Conflict);
      await expect(store.append('t', 0, message('no'), thinking)).rejects.toThrow(Conflict);
      expect(await store.load('u')).toEqual([message('u')]);
    });

    test('tells how many events a thread has', async ({ skip }) => {
      const store = await create();
      if (store.version === undefined) return skip('This store has no version().');
      expect(await store.version('t')).toBe(0);
      for (const version of [0, 1, 2]) {
        await store.append('t', version, message('x'), thinking);
        expect(await store.version('t')).toBe(version + 1);
      }
      await expect(store.append('t', 1, message('no'), thinking)).rejects.toThrow(Conflict);
      expect(await store.version('t')).toBe(3);
      expect(await store.version('missing')).toBe(0);
    });

    test('keeps its events apart from the array that it returned', async () => {
      const store = await create();
      await store.append('t', 0, message('a'), thinking);
      (await store.load('t')).push(message('b'));
      expect(await store.load('t')).toEqual([message('a')]);
    });

    test('lists threads by id, in pages, by status, by owner and by due time', async () => {
      const store = await create();
      const due = '2026-01-02T00:00:00.000Z';
      const owner = 'o\'hara:%_"ü';
      for (const id of ['c', 'a', 'd']) await store.append(id, 0, message(id), thinking);
      await store.append('b', 0, message('b'), { ...thinking, owner });
      await store.append('b', 1, message('x'), { status: 'waiting_for_human', due, owner });
      expect(await store.list({ limit: 2 })).toMatchObject([
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
      // A copy that is imported event by event gets its owner last.
      await store.append('b', 2, message('y'), { ...thinking, owner: 'ada' });
      expect(await ids({ limit: 9, owner: 'ada' })).toEqual(['b']);
      expect(await ids({ limit: 9, owner })).toEqual([]);
    });

    test('lists what is due by time, then by id, page by page', async () => {
      const store = await create();
      const times = ['2026-01-03', '2026-01-01', '2026-01-02', '2026-01-02', '2026-01-02'];
      for (const [at, day] of times.entries()) {
        const due = `${day}T00:00:00.000Z`;
        const id = 'edcba'.charAt(at);
        await store.append(id, 0, message(id), { status: 'waiting_for_human', due });
      }
      await store.append('f', 0, message('f'), { status: 'thinking' });
      for (const limit of [1, 2, 3, 9]) {
        const found: string[] = [];
        const query = { dueBefore: '2026-01-03T00:00:00.001Z', limit };
        for await (const { id } of listAll(store, query)) found.push(id);
        expect(found).toEqual(['d', 'a', 'b', 'c', 'e']);
      }
      const page = { dueBefore: '2027', dueAfter: '2026-01-02T00:00:00.000Z', limit: 9 };
      const ids = async (after: string) =>
        (await store.list({ ...page, after })).map(({ id }) => id);
      expect(await ids('b')).toEqual(['c', 'e']);
      // A thread that has gone since leaves its place.
      expect(await ids('bb')).toEqual(['c', 'e']);
    });

    test('lists the details of threads, after each append', async () => {
      const store = await create();
      const [created, due] = [message('').at, '2026-01-02T00:00:00.000Z'];
      const text = 'ship "1.4.2"\0 🙂\ud800\n';
      const about = {
        first_message: text,
        open: null,
        usage: { input_tokens: 0, output_tokens: 0 },
        created,
        updated: due,
      };
      const open = {
        call_id: 't:1',
        intent: 'deploy',
        awaits: 'approval',
        due,
      };
      const events: readonly Event[] = [
        message(text),
        {
          type: 'tool_call',
          call_id: 't:1',
          step: { intent: 'deploy' },
          awaits: 'approval',
          due,
          at: due,
        },
        { type: 'cancelled', by: 'ada', at: due },
      ];
      const listed: unknown[] = [];
      let thread = await load(store, 't');
      for (const event of events) {
        thread = await append(store, thread, event);
        const [info] = await store.list({ limit: 9 });
        listed.push(info?.details);
      }
      expect(listed).toEqual([{ ...about, updated: created }, { ...about, open }, about]);
    });

    test.each(['', '"', 'a\ud800', '__proto__', "'; --", 'agent:ids', 'ü'.repeat(10_000)])(
      'lists the threads of an owner with any name, such as %j',
      async (owner) => {
        const store = await create();
        await store.append('t', 0, message('x'), { ...thinking, owner });
        await store.append('t', 1, message('y'), { status: 'failed', owner });
        expect(await store.load('t')).toHaveLength(2);
        expect(await store.list({ limit: 9, owner })).toMatchObject([
          { id: 't', version: 2, status: 'failed' },
        ]);
        expect(await store.list({ limit: 9, status: 'thinking' })).toEqual([]);
      },
    );

    test('calls the watchers of a thread after each append, until they stop', async ({ skip }) => {
      const store = await create();
      const { watch } = store;
      if (watch === undefined) return skip('This store has no watch().');
      const [one, two, other] = [vi.fn(), vi.fn(), vi.fn()];
      const stops = [watch('t', one), watch('t', two), watch('u', other)];
      const append = async (version: number) => {
        for (const called of [one, two, other]) called.mockClear();
        await store.append('t', version, message('x'), thinking);
      };
      // The connection may need a moment to listen. All are called when it does.
      await store.append('t', 0, message('x'), thinking);
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
      await store.append('t', 3, message('x'), thinking);
      await expect.poll(() => one.mock.calls.length, soon).toBeGreaterThan(0);
      expect(two).not.toHaveBeenCalled();
      expect(other).not.toHaveBeenCalled();
    });
  });
}
