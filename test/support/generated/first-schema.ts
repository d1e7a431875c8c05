import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Event } from '../../../registry/agent/core/event.ts';
import type { Address } from './open-store.ts';

/** A thread as the first schema saved it: without details. */
export type SavedThread = {
  readonly id: string;
  readonly status: string;
  readonly due: string | null;
  readonly owner: string;
  readonly events: readonly Event[];
};

/** Makes the tables or keys of the first schema, with these threads. The statements are its own. */
export async function saveByFirstSchema(
  { name, where, space }: Address,
  threads: readonly SavedThread[],
): Promise<void> {
  switch (name) {
    case 'sqlite':
      return saveInSqlite(join(where, `${space}.db`), threads);
    case 'postgres':
      return saveInPostgres(where, `s_${space}`, threads);
    case 'redis':
      return saveInRedis(where, space, threads);
    default:
      throw new Error(`${name} has no schema`);
  }
}

function saveInSqlite(path: string, threads: readonly SavedThread[]): void {
  const { DatabaseSync } = Object(process.getBuiltinModule('node:sqlite'));
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE threads (
      id TEXT PRIMARY KEY,
      version INTEGER NOT NULL,
      status TEXT NOT NULL,
      due TEXT,
      owner TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX threads_by_status ON threads (status, id);
    CREATE INDEX threads_by_owner ON threads (owner, id);
    CREATE INDEX threads_by_due ON threads (due) WHERE due IS NOT NULL;
    CREATE TABLE events (
      thread TEXT NOT NULL,
      version INTEGER NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (thread, version)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;`);
  for (const { id, status, due, owner, events } of threads) {
    const values = [id, events.length, status, due, owner];
    database.prepare('INSERT INTO threads VALUES (?, ?, ?, ?, ?)').run(...values);
    for (const [version, event] of events.entries()) {
      const row = [id, version, JSON.stringify(event)];
      database.prepare('INSERT INTO events VALUES (?, ?, ?)').run(...row);
    }
  }
  database.close();
}

async function saveInPostgres(url: string, schema: string, threads: readonly SavedThread[]) {
  const client = new Client(url);
  await client.connect();
  await client.query(`
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.meta (version int NOT NULL);
    CREATE TABLE ${schema}.threads (
      id text COLLATE "C" PRIMARY KEY,
      version int NOT NULL,
      status text NOT NULL,
      due text COLLATE "C",
      owner text COLLATE "C"
    );
    CREATE INDEX threads_by_status ON ${schema}.threads (status, id);
    CREATE INDEX threads_by_owner ON ${schema}.threads (owner, id);
    CREATE INDEX threads_by_due ON ${schema}.threads (due) WHERE due IS NOT NULL;
    CREATE TABLE ${schema}.events (
      thread text COLLATE "C",
      version int,
      event text NOT NULL,
      PRIMARY KEY (thread, version)
    );
    INSERT INTO ${schema}.meta SELECT 1;`);
  for (const { id, status, due, owner, events } of threads) {
    const row = [id, status, due, owner, JSON.stringify(events[0])];
    await client.query(createInPostgres(schema), row);
    for (const event of events.slice(1))
      await client.query(appendInPostgres(schema), [id, status, due, JSON.stringify(event)]);
  }
  await client.end();
}

/** The first append of a thread by the first schema: id, status, due, owner, event. */
export const createInPostgres = (schema: string) => `
  WITH moved AS (
    INSERT INTO ${schema}.threads (id, version, status, due, owner) VALUES ($1, 1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING id
  ) INSERT INTO ${schema}.events (thread, version, event) SELECT $1, 0, $5 FROM moved`;

/** A later append by the first schema: id, status, due, event. */
export const appendInPostgres = (schema: string) => `
  WITH moved AS (
    UPDATE ${schema}.threads SET version = version + 1, status = $2, due = $3
    WHERE id = $1 RETURNING version - 1 AS version
  ) INSERT INTO ${schema}.events (thread, version, event) SELECT $1, version, $4 FROM moved`;

async function saveInRedis(url: string, prefix: string, threads: readonly SavedThread[]) {
  const redis = new Redis(url);
  for (const { id, status, due, owner, events } of threads) {
    const info = { id, version: events.length, status, ...(due !== null && { due }), owner };
    for (const event of events) await redis.rpush(`${prefix}:thread:${id}`, JSON.stringify(event));
    await redis.hset(`${prefix}:infos`, id, JSON.stringify(info));
    await redis.zadd(`${prefix}:ids`, 0, id);
    await redis.zadd(`${prefix}:owner:${owner}`, 0, id);
    await redis.zadd(`${prefix}:status:${status}`, 0, id);
    if (due !== null) await redis.zadd(`${prefix}:due`, Date.parse(due), id);
  }
  await redis.quit();
}
