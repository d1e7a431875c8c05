import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { cancel } from '../../registry/agent/core/people.ts';
import { load } from '../../registry/agent/core/store.ts';
import { storeContract } from '../../registry/agent/store/contract.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { hear, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { sqlOf } from '../support/docs/sql-of.ts';
import { closePlaces, newSpace, places } from '../support/generated/store-places.ts';

const page = 'how-far-it-goes.md';
const postgres = places.find(({ name }) => name === 'postgres');
const stores: { close(): Promise<void> }[] = [];

afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await closePlaces();
});

/** Runs a block of SQL of the page on the tables of a schema. */
async function runBlock(at: number, schema: string): Promise<void> {
  const client = new Client({ connectionString: await postgres?.where() });
  await client.connect();
  await client.query(sqlOf(page, schema)[at] ?? '').finally(() => client.end());
}

async function openStore(schema: string) {
  const store = postgresStore(await postgres?.where(), schema);
  stores.push(store);
  return store;
}

describe('tables that the page splits by thread id', () => {
  storeContract('postgres, partitioned', async () => {
    const schema = `s_${newSpace()}`;
    await runBlock(0, schema);
    return openStore(schema);
  });
});

test('the page deletes threads that ended before a day, and their events, and no others', async () => {
  const schema = `s_${newSpace()}`;
  const store = await openStore(schema);
  const ended = async (id: string, day: string) => {
    const { agent, clock } = toyAgent([], { store });
    clock.ms = Date.parse(day);
    await hear(agent, id, `"updated":"1999" of ${id} \0`);
    await cancel(agent, id, { by: 'ada' });
  };
  await ended('old', '2025-12-31');
  await ended('new', '2026-01-01');
  const { agent, clock } = toyAgent([], { store });
  clock.ms = Date.parse('2025-12-31');
  await hear(agent, 'open');
  await runBlock(1, schema);
  expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual(['new', 'open']);
  const lengths = await Promise.all(
    ['old', 'new', 'open'].map(async (id) => (await load(store, id)).events.length),
  );
  expect(lengths).toEqual([0, 2, 1]);
});
