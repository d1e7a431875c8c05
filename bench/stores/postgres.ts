import { Pool } from 'pg';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import type { BenchStore } from './bench-store.ts';
import { appends, event, index, paused, waiting } from './job.ts';

export function openPostgres(address: string, schema: string): BenchStore {
  const store = postgresStore(address, schema);
  const pool = new Pool({ connectionString: address, max: 1 });
  let made: Promise<unknown> | undefined;
  return {
    store,
    async writeBare(text) {
      await (made ??= pool.query('CREATE TABLE IF NOT EXISTS bare (event text)'));
      await pool.query({ name: 'bare', text: 'INSERT INTO bare VALUES ($1)', values: [text] });
    },
    async fill(threads) {
      await store.load('makes-the-tables');
      await insert(pool, schema, 'waiting_', 1, paused.status, waiting);
      await insert(pool, schema, 'filled_', appends, index.status, threads);
      await pool.query('VACUUM ANALYZE');
      await pool.query('CHECKPOINT');
    },
    sizes: async () => ({ bytes: await bytesIn(pool, schema) }),
    async close() {
      await Promise.all([store.close(), pool.end()]);
    },
  };
}

/** Inserts thread after thread, so that the events of one are in few pages. */
async function insert(
  pool: Pool,
  schema: string,
  name: string,
  versions: number,
  status: string,
  threads: number,
) {
  const details = JSON.stringify({ version: versions, details: index.details });
  const kept = [name, versions, status, index.due, index.owner, threads, details];
  await pool.query(
    `INSERT INTO ${schema}.threads (id, version, status, due, owner, details)
     SELECT $1::text || n, $2, $3, $4, $5, $7 FROM generate_series(0, $6::int - 1) n`,
    kept,
  );
  await pool.query(
    `INSERT INTO ${schema}.events (thread, version, event)
     SELECT $1::text || n, version, $3
     FROM generate_series(0, $4::int - 1) n, generate_series(0, $2::int - 1) version
     ORDER BY n, version`,
    [name, versions, JSON.stringify(event), threads],
  );
}

/** Sums the sizes of all tables of a schema, with their indexes. */
export async function bytesIn(pool: Pool, schema: string): Promise<number> {
  const { rows } = await pool.query(
    `SELECT sum(pg_total_relation_size(c.oid))::float8 AS bytes FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = $1`,
    [schema],
  );
  return rows[0].bytes ?? 0;
}

/** The same, on a connection of its own. */
export async function bytesOfSchema(url: string, schema: string): Promise<number> {
  const pool = new Pool({ connectionString: url, max: 1 });
  return await bytesIn(pool, schema).finally(() => pool.end());
}
