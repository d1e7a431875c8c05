import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { storeContract } from '../../registry/agent/store/contract.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { done, hear, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import type { LogLine } from '../../registry/agent/worker/log.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import {
  bouncerVersion,
  newPgBouncer,
  newPostgres,
  type DatabaseServer,
  type Pooler,
} from '../support/generated/database-servers.ts';
import { said, thinking } from '../support/generated/events.ts';
import { saveByFirstSchema } from '../support/generated/first-schema.ts';
import { newSpace } from '../support/generated/store-places.ts';

const root = mkdtempSync(join(tmpdir(), 'pooler-'));
// As root, PostgreSQL and PgBouncer run as users of their own.
chmodSync(root, 0o755);

const isMissing = bouncerVersion() === undefined;
let server: DatabaseServer | undefined;
let pooler: Pooler | undefined;
const stores: ReturnType<typeof postgresStore>[] = [];

beforeAll(async () => {
  if (isMissing) return;
  server = await newPostgres(root);
  await server.start();
  pooler = await newPgBouncer(root, server.url);
  await run('CREATE DATABASE other');
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await pooler?.stop();
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

async function run(text: string, database = 'postgres'): Promise<readonly object[]> {
  const client = new Client(directly(database));
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

type Route = (database: string) => string;
const pooled: Route = (database) => pooler?.urlOf(database) ?? '';
const directly: Route = (database) => {
  const url = new URL(server?.url ?? '');
  url.pathname = database;
  return url.href;
};

function open(url: string, schema: string) {
  const store = postgresStore(url, schema);
  stores.push(store);
  return store;
}

const newSchema = () => `s_${newSpace()}`;
const soon = { timeout: 20_000, interval: 5 };

/** Notifies as an append would, without one. */
const notifyByHand = async (schema: string, id: string) =>
  run(`SELECT pg_notify('${schema}', '${id}')`);

/** Holds both connections of the pooler. `use` lends one of them to others. */
async function heldConnections() {
  const hold = async () => {
    const client = new Client(pooled('postgres'));
    await client.connect();
    // A transaction keeps its connection.
    await client.query('BEGIN');
    await client.query('DEALLOCATE ALL');
    return {
      client,
      async use(work: () => Promise<void>) {
        await client.query('COMMIT');
        await work();
        await client.query('BEGIN');
      },
      end: async () => client.end(),
    };
  };
  return [await hold(), await hold()] as const;
}

type Two = (route: Route) => readonly [ReturnType<typeof open>, ReturnType<typeof open>];
const neighbours: readonly (readonly [string, Two])[] = [
  [
    'two schemas',
    (route) => [open(route('postgres'), newSchema()), open(route('postgres'), newSchema())],
  ],
  [
    'one schema name in two databases',
    (route) => {
      const schema = newSchema();
      return [open(route('postgres'), schema), open(route('other'), schema)];
    },
  ],
];

describe.skipIf(isMissing)('behind PgBouncer in transaction mode', () => {
  storeContract('postgres through the pooler', async () => open(pooled('postgres'), newSchema()));

  test('creates its tables once for eight stores that start together', async () => {
    const schema = newSchema();
    const together = Array.from({ length: 8 }, () => open(pooled('postgres'), schema));
    const loads = together.map(async (store) => store.load('t'));
    expect(await Promise.all(loads)).toEqual(together.map(() => []));
    expect(await run(`SELECT version FROM ${schema}.meta`)).toEqual([{ version: 1 }]);
  });

  test('upgrades the tables of the first schema for eight stores that start together', async () => {
    const space = newSpace();
    const thread = { id: 't', status: 'done', due: null, owner: 'ada', events: [said('a')] };
    const address = { name: 'postgres', where: directly('postgres'), space } as const;
    await saveByFirstSchema(address, [thread]);
    const together = Array.from({ length: 8 }, () => open(pooled('postgres'), `s_${space}`));
    const loads = together.map(async (store) => store.load('t'));
    expect(await Promise.all(loads)).toEqual(together.map(() => [said('a')]));
    const [store] = together;
    if (store) await append(store, await load(store, 't'), said('b'));
    expect(await store?.list({ limit: 9 })).toMatchObject([{ details: { first_message: 'a' } }]);
  });

  test('runs its own statement on a connection that prepared those of another agent', async () => {
    const [one, two] = [
      open(pooled('postgres'), newSchema()),
      open(pooled('postgres'), newSchema()),
    ];
    for (const store of [one, two]) await store.list({ limit: 1 });
    const [first, second] = await heldConnections();
    await first.use(async () => {
      for (const version of [0, 1]) await one.append('t', version, said('one'), thinking);
    });
    await second.use(async () => {
      for (const version of [0, 1]) await two.append('t', version, said('two'), thinking);
    });
    await first.use(async () => {
      expect(await two.append('t', 2, said('two'), thinking)).toBe(3);
      expect(await two.load('t')).toEqual([said('two'), said('two'), said('two')]);
    });
    await Promise.all([first.end(), second.end()]);
    expect(await one.load('t')).toEqual([said('one'), said('one')]);
  });

  test('leaves no setting on a connection of the pooler', async () => {
    const store = postgresStore(pooled('postgres'), newSchema());
    await store.append('t', 0, said('a'), thinking);
    await store.close();
    const held = await heldConnections();
    for (const { client, end } of held) {
      const { rows } = await client.query('SHOW synchronous_commit');
      await end();
      expect(rows).toEqual([{ synchronous_commit: 'on' }]);
    }
  });

  test('listens again once the pooler delivers notifications', async () => {
    const own = await newPgBouncer(root, server?.url ?? '');
    onTestFinished(async () => own.stop());
    const schema = newSchema();
    const store = open(own.urlOf('postgres'), schema);
    const called = vi.fn();
    store.watch('t', called);
    await store.append('t', 0, said('a'), thinking);
    await expect.poll(() => called.mock.calls.length, soon).toBe(1);
    await own.restart('session');
    // Polling calls nothing for a thread that does not change.
    const isCalled = async () => {
      await notifyByHand(schema, 't');
      return called.mock.calls.length;
    };
    await expect.poll(isCalled, { timeout: 60_000, interval: 50 }).toBeGreaterThan(2);
  });

  test('calls watchers of appends by other processes, on either route', async () => {
    const schema = newSchema();
    const routes = {
      pooled: open(pooled('postgres'), schema),
      direct: open(directly('postgres'), schema),
    };
    const appending = open(pooled('postgres'), schema);
    await appending.append('u', 0, said('u'), thinking);
    const called = { pooled: vi.fn(), direct: vi.fn(), untouched: vi.fn() };
    routes.pooled.watch('t', called.pooled);
    routes.direct.watch('t', called.direct);
    routes.pooled.watch('u', called.untouched);
    await expect.poll(() => called.untouched.mock.calls.length, soon).toBe(1);
    for (let version = 0; version < 3; version++) {
      called.pooled.mockClear();
      called.direct.mockClear();
      await appending.append('t', version, said(`${version}`), thinking);
      await expect.poll(() => called.direct.mock.calls.length, soon).toBeGreaterThan(0);
      await expect.poll(() => called.pooled.mock.calls.length, soon).toBe(1);
    }
    expect(called.untouched).toHaveBeenCalledTimes(1);
  });

  test('two workers advance 20 threads, and each call runs once', async () => {
    const schema = newSchema();
    const { agent, ran } = toyAgent([read, done], { store: open(pooled('postgres'), schema) });
    const other = { ...agent, store: open(pooled('postgres'), schema) };
    const ids = Array.from({ length: 20 }, (_, n) => `t${n}`);
    for (const id of ids) await hear(agent, id);
    const lines: string[] = [];
    const log = ({ level, message }: LogLine) => level !== 'info' && lines.push(message);
    const options = { everyMs: 5, log };
    const workers = [startWorker(agent, options), startWorker(other, options)];
    for (const worker of workers) for (const id of ids) worker.advance(id);
    const isDone = async () => (await agent.store.list({ limit: 99, status: 'done' })).length;
    await expect.poll(isDone, soon).toBe(20);
    for (const worker of workers) await worker.stop();
    expect(ran.toSorted()).toEqual(ids.map((id) => `read ${id}:1`).toSorted());
    expect(lines).toEqual([]);
  });
});

test.skipIf(isMissing)('listens where nothing is in between', async () => {
  const schema = newSchema();
  const called = vi.fn();
  open(directly('postgres'), schema).watch('t', called);
  await expect.poll(() => called.mock.calls.length, soon).toBe(1);
  await notifyByHand(schema, 't');
  await expect.poll(() => called.mock.calls.length, soon).toBe(2);
});

describe.skipIf(isMissing).each([
  ['through the pooler', pooled],
  ['directly', directly],
])('%s', (_, route) => {
  describe.each(neighbours)('agents in %s', (__, openTwo) => {
    test('write and read their own threads only', async () => {
      const two = openTwo(route);
      const texts = (name: string) => Array.from({ length: 5 }, (_each, n) => said(`${name} ${n}`));
      const ids = Array.from({ length: 10 }, (_each, n) => `t${n}`);
      await Promise.all(
        two.flatMap((store, n) =>
          ids.map(async (id) => {
            for (const [version, event] of texts(`${n}`).entries())
              expect(await store.append(id, version, event, thinking)).toBe(version + 1);
          }),
        ),
      );
      for (const [n, store] of two.entries())
        for (const id of ids) expect(await store.load(id)).toEqual(texts(`${n}`));
    });

    test('are not called for the appends of each other', async () => {
      const [mine, theirs] = openTwo(route);
      const called = { mine: vi.fn(), theirs: vi.fn() };
      await mine.append('t', 0, said('mine'), thinking);
      mine.watch('t', called.mine);
      theirs.watch('t', called.theirs);
      await expect.poll(() => called.mine.mock.calls.length, soon).toBeGreaterThan(0);
      const append = async (version: number) => {
        called.theirs.mockClear();
        await theirs.append('t', version, said('theirs'), thinking);
        await expect.poll(() => called.theirs.mock.calls.length, soon).toBeGreaterThan(0);
      };
      await append(0);
      called.mine.mockClear();
      for (const version of [1, 2]) await append(version);
      expect(called.mine).not.toHaveBeenCalled();
    });
  });
});

if (isMissing) test.skip('there is no pgbouncer', () => {});
