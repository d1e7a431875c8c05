import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { append, load } from '../../registry/agent/core/store.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import type { Task } from '../support/generated/children/advance.ts';
import { said } from '../support/generated/events.ts';
import {
  appendInPostgres,
  createInPostgres,
  saveByFirstSchema,
  type SavedThread,
} from '../support/generated/first-schema.ts';
import { closePlaces, newSpace, places, type Place } from '../support/generated/store-places.ts';

afterAll(async () => {
  killChildren();
  await closePlaces();
});

const [at, due] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
const call = { type: 'tool_call', call_id: 'b:1', step: { intent: 'ask' }, due, at } as const;
const earlier: readonly SavedThread[] = [
  { id: 'a', status: 'thinking', due, owner: 'ada', events: [said('one')] },
  {
    id: 'b',
    status: 'waiting_for_human',
    due,
    owner: 'ada',
    events: [said('two'), { ...call, awaits: 'answer' }],
  },
  { id: 'c', status: 'done', due: null, owner: 'eve', events: [said('three')] },
];
const infos = earlier.map(({ id, status, due, owner, events }) => {
  return { id, version: events.length, status, ...(due !== null && { due }), owner };
});

/** Makes threads of the first schema at a place. */
async function savedBefore({ name, where }: Place): Promise<string> {
  const space = newSpace();
  await saveByFirstSchema({ name, where: await where(), space }, earlier);
  return space;
}

const upgraded = places.filter(({ name }) => name !== 'memory' && name !== 'file');

describe.each(upgraded)('$name, with threads of the first schema', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});

  test('lists and loads them, and has the details of each after its next append', async () => {
    const space = await savedBefore(place);
    const store = await place.open(space);
    expect(await store.list({ limit: 9 })).toEqual(infos);
    expect(await store.list({ limit: 9, owner: 'eve' })).toEqual(infos.slice(2));
    expect(await store.list({ limit: 9, dueBefore: '2027' })).toEqual(infos.slice(0, 2));
    for (const { id, events } of earlier) expect(await store.load(id)).toEqual(events);
    await append(store, await load(store, 'b'), { ...said('more'), at: due });
    const [a, b, c] = await (await place.open(space)).list({ limit: 9 });
    expect([a, c]).toEqual([infos[0], infos[2]]);
    expect(b).toMatchObject({ version: 3, status: 'thinking', owner: 'ada' });
    expect(b?.details).toMatchObject({
      first_message: 'two',
      open: null,
      created: at,
      updated: due,
    });
  });

  test(
    'is upgraded once by eight processes that start together',
    { timeout: 120_000 },
    async () => {
      const children = Array.from({ length: 8 }, () => startChild('advance.ts'));
      const where = await place.where();
      for (let round = 0; round < 3; round++) {
        const space = await savedBefore(place);
        const address = { name: place.name, where, space };
        const limits = { steps: [], effects: '', onUnknownOutcome: 'retry', hangs: false } as const;
        const task: Task = { address, ...limits };
        for (const { write } of children) write(JSON.stringify(task));
        const areReady = () =>
          children.every(({ lines, err }) => lines().length === 2 * round + 1 || err() !== '');
        await expect.poll(areReady, { timeout: 60_000, interval: 5 }).toBe(true);
        for (const { err } of children) expect(err()).toBe('');
        for (const { write } of children) write('go');
        const areDone = () => children.every(({ lines }) => lines().length === 2 * round + 2);
        await expect.poll(areDone, { timeout: 60_000, interval: 5 }).toBe(true);
        expect(await (await place.open(space)).list({ limit: 9 })).toEqual(infos);
      }
      for (const { child } of children) child.kill();
    },
  );
});

describe.each(places.filter(({ name }) => name === 'postgres'))('$name', (place) => {
  async function connected(): Promise<Client> {
    const client = new Client(await place.where());
    await client.connect();
    return client;
  }

  test('can be used by the first version meanwhile, whose threads have no wrong details', async () => {
    const space = await savedBefore(place);
    const store = await place.open(space);
    const schema = `s_${space}`;
    await append(store, await load(store, 'b'), { ...said('more'), at: due });
    const client = await connected();
    const values = ['b', 'waiting_for_human', due, JSON.stringify({ ...call, awaits: 'answer' })];
    await client.query(appendInPostgres(schema), values);
    const created = ['d', 'thinking', due, 'ada', JSON.stringify(said('four'))];
    await client.query(createInPostgres(schema), created);
    await client.end();
    const [, b, , d] = await store.list({ limit: 9 });
    expect(b).toEqual({ ...infos[1], version: 4 });
    expect(d).toEqual({ id: 'd', version: 1, status: 'thinking', due, owner: 'ada' });
    await append(store, await load(store, 'b'), { ...said('again'), at: due });
    expect((await store.list({ limit: 9 }))[1]?.details).toMatchObject({ first_message: 'two' });
  });

  test('gives up behind a long query, and is upgraded after it', { timeout: 60_000 }, async () => {
    const space = await savedBefore(place);
    const client = await connected();
    await client.query(`BEGIN; SELECT * FROM s_${space}.threads`);
    const store = await place.open(space);
    await expect(store.load('a')).rejects.toThrow('lock timeout');
    await client.query('ROLLBACK');
    await client.end();
    expect(await store.load('a')).toHaveLength(1);
    expect(await append(store, await load(store, 'a'), { ...said('x'), at: due })).toMatchObject({
      id: 'a',
    });
  });
});
