import { createHash } from 'node:crypto';
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { Refused } from '../core/errors.ts';
import { assertKnownSchema } from './database.ts';

/** A statement with a name is prepared once per connection: it saves the server 0.1 ms. */
type SqlStatement = { readonly text: string; readonly name?: string };

/** Names a statement by its text, so that no connection has two texts under one name. */
export function prepared(text: string): SqlStatement {
  return { text, name: createHash('sha256').update(text).digest('base64url') };
}

/** Notices a connection that the network dropped without an error. */
const TIMEOUTS = {
  keepAlive: true,
  connectionTimeoutMillis: 10_000,
  query_timeout: 30_000,
};

const SCHEMA = 1;

/** Connects on the first query, and creates the tables before it. */
export function connectPostgres(url: string, schema: string) {
  const pool = new Pool({ connectionString: url, ...TIMEOUTS });
  // The pool replaces an idle connection that breaks.
  pool.on('error', ignore);
  let tables: Promise<void> | undefined;
  let canPrepare = true;

  async function query<Row extends QueryResultRow>(
    statement: SqlStatement,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    tables ??= createTables(pool, schema).catch((error: unknown) => {
      tables = undefined;
      throw isRejected(error)
        ? new Refused(`PostgreSQL: ${error.message}. Check DATABASE_URL.`)
        : error;
    });
    await tables;
    return run<Row>(statement, [...values]);
  }

  async function run<Row extends QueryResultRow>(
    { text, name }: SqlStatement,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    if (name === undefined || !canPrepare) return pool.query<Row>({ text, values });
    try {
      return await pool.query<Row>({ text, name, values });
    } catch (error) {
      // A pooler in transaction mode: each statement may run on another connection.
      if (!isNameFault(error)) throw error;
      canPrepare = false;
      return pool.query<Row>({ text, values });
    }
  }
  return { pool, query };
}

/** Creates or upgrades the tables. The lock lets one of several processes do it. */
async function createTables(pool: Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  // The waiting query fails too. Without a listener the process would end.
  client.on('error', ignore);
  try {
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('${schema}'))`);
    await prepareTables(client, schema);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(ignore);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release();
  }
}

/** @throws Refused for tables of a later version */
async function prepareTables(client: PoolClient, schema: string): Promise<void> {
  const quoted = `"${schema}"`;
  const found = await client.query<Found>(findTables(schema));
  const { has_tables = false, has_details = false } = found.rows[0] ?? {};
  if (!has_tables) await client.query(tablesIn(quoted));
  const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${quoted}.meta`);
  assertKnownSchema(`The schema ${schema}`, rows[0]?.version ?? 0, SCHEMA);
  if (has_tables && !has_details) await client.query(addDetails(quoted));
}

type Found = { readonly has_tables: boolean; readonly has_details: boolean };

/** A replica is not upgraded: it gets the column from its primary. */
const findTables = (schema: string) => `
  SELECT
    to_regclass('"${schema}".meta') IS NOT NULL AS has_tables,
    pg_is_in_recovery() OR EXISTS (
      SELECT FROM information_schema.columns
      WHERE table_schema = '${schema}'
        AND table_name = 'threads'
        AND column_name = 'details'
    ) AS has_details`;

/** The time limit ends the wait for a long query: meanwhile all others would wait, too. */
const addDetails = (schema: string) => `
  SET LOCAL lock_timeout = '5s';
  ALTER TABLE ${schema}.threads
    ADD COLUMN IF NOT EXISTS details text`;

/** COLLATE "C" compares as JavaScript does. Events are text: jsonb would change their bytes. */
const tablesIn = (schema: string) => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE IF NOT EXISTS ${schema}.meta (version int NOT NULL);
  CREATE TABLE IF NOT EXISTS ${schema}.threads (
    id text COLLATE "C" PRIMARY KEY,
    version int NOT NULL,
    status text NOT NULL,
    due text COLLATE "C",
    owner text COLLATE "C",
    details text
  );
  CREATE INDEX IF NOT EXISTS threads_by_status ON ${schema}.threads (status, id);
  CREATE INDEX IF NOT EXISTS threads_by_owner ON ${schema}.threads (owner, id);
  CREATE INDEX IF NOT EXISTS threads_by_due ON ${schema}.threads (due, id)
    WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS ${schema}.events (
    thread text COLLATE "C",
    version int,
    event text NOT NULL,
    PRIMARY KEY (thread, version)
  );
  INSERT INTO ${schema}.meta SELECT ${SCHEMA}
    WHERE NOT EXISTS (SELECT FROM ${schema}.meta);`;

/** Whether the role, password or database is wrong: SQLSTATE 28… and 3D…. */
const isRejected = (error: unknown): error is Error => hasCode(error, /^(28|3D)/);

/**
 * Whether the connection has no statement of this name, or has one already. The statement has not
 * run: PostgreSQL finds the fault before it executes anything.
 */
const isNameFault = (error: unknown): boolean => hasCode(error, /^(26000|42P05)$/);

const hasCode = (error: unknown, sqlState: RegExp): error is Error =>
  error instanceof Error && 'code' in error && sqlState.test(String(error.code));

const ignore = () => undefined;
