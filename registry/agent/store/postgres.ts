import { Pool } from 'pg';
import { Refused } from '../core/errors.ts';
import { notices } from './postgres-notifications.ts';
import { assertKnownSchema, Conflict, Damaged, toInfo, type Store } from '../core/store.ts';

/**
 * All threads in PostgreSQL, for any number of processes on any machines. The tables are made when they are first
 * needed, in the schema `agent`; another `schema` keeps another agent's threads apart.
 * @throws Refused without a `url`, and for tables that a later version made
 */
export function postgresStore(
  url = process.env['DATABASE_URL']?.trim(),
  schema = 'agent',
): Required<Store> & { close(): Promise<void> } {
  if (!url) throw new Refused('Put DATABASE_URL into .env: the store cannot do without.');
  if (!/^(postgres(ql)?|socket):/.test(url))
    throw new Refused('DATABASE_URL is no address of a PostgreSQL.');
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new Refused(`${schema.slice(0, 80)} is no name of a schema.`);
  const pool = new Pool({ connectionString: url, ...patience });
  // An idle connection that breaks is replaced; whoever waits for an answer is told.
  pool.on('error', () => undefined);
  const { tell, watch, close } = notices(pool, url, schema);
  const { append, load } = statements(`"${schema}"`);
  let migrated: Promise<void> | undefined;
  async function query(text: string, values: readonly unknown[], name?: string) {
    migrated ??= migrate(pool, schema);
    await migrated.catch((error: unknown) => {
      migrated = undefined;
      throw isNoEntry(error)
        ? new Refused(`PostgreSQL: ${error.message}. Mend DATABASE_URL.`)
        : error;
    });
    return pool.query({ text, values: [...values], ...(name && { name }) });
  }
  return {
    async load(id) {
      const { rows } = await query(load, [id], 'load');
      const [{ events }] = rows;
      if (events === null)
        throw new Damaged(`${id} has more than ${LONGEST} characters: too many to read.`, []);
      return JSON.parse(events);
    },
    async append(id, version, event, { status, due, owner }) {
      if (owner?.includes('\0'))
        throw new Refused('PostgreSQL keeps no name that has a NUL character.');
      const moved = [id, version, status, due, JSON.stringify(event)];
      const { rowCount } = await (version === 0
        ? query(append.first, [...moved, owner], 'first')
        : query(append.next, moved, 'next'));
      if (rowCount === 0) throw new Conflict(`${id} is not at ${version}`);
      tell(id);
      return version + 1;
    },
    async list({ status, owner, dueBefore, after = '', limit }) {
      const wanted = [
        ['id >', after],
        ['status =', status],
        ['owner =', owner],
        ['due <', dueBefore],
      ].filter(([, value]) => value !== undefined);
      const where = wanted.map(([condition], index) => `${condition} $${index + 2}`).join(' AND ');
      const sql = `SELECT * FROM "${schema}".threads WHERE ${where} ORDER BY id LIMIT $1`;
      const { rows } = await query(sql, [limit, ...wanted.map(([, value]) => value)]);
      return rows.map(toInfo);
    },
    watch,
    async close() {
      await close();
      await pool.end();
    },
  };
}

/** Characters of a thread. What no text of JavaScript can hold would end the process, in the middle of `pg`. */
const LONGEST = 2 ** 28;

/** Each is one statement, so one round trip and one transaction: of those that race for a version, one changes a row. */
function statements(schema: string) {
  const insert = `INSERT INTO ${schema}.events (thread, version, event) SELECT $1, $2::int, $5 FROM moved`;
  return {
    load: `SELECT CASE WHEN coalesce(sum(length(event)), 0) < ${LONGEST}
        THEN '[' || coalesce(string_agg(event, ',' ORDER BY version), '') || ']' END AS events
      FROM ${schema}.events WHERE thread = $1`,
    append: {
      first: `WITH moved AS (INSERT INTO ${schema}.threads (id, version, status, due, owner)
        VALUES ($1, $2::int + 1, $3, $4, $6) ON CONFLICT DO NOTHING RETURNING id) ${insert}`,
      next: `WITH moved AS (UPDATE ${schema}.threads SET version = version + 1, status = $3, due = $4
        WHERE id = $1 AND version = $2::int RETURNING id) ${insert}`,
    },
  };
}

/** A connection that a network has dropped without a word is noticed, and not waited for. */
const patience = { keepAlive: true, connectionTimeoutMillis: 10_000, query_timeout: 30_000 };

/** No such role, database or password: what comes right only in `.env`. */
const isNoEntry = (error: unknown): error is Error =>
  error instanceof Error && /^(28|3D)/.test(Object(error).code);

const SCHEMA = 1;

/** Texts compare as in JavaScript; an event is text, since jsonb would not keep it byte for byte. */
const tables = (schema: string) => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE IF NOT EXISTS ${schema}.meta (version int NOT NULL);
  CREATE TABLE IF NOT EXISTS ${schema}.threads (
    id text COLLATE "C" PRIMARY KEY, version int NOT NULL, status text NOT NULL, due text COLLATE "C",
    owner text COLLATE "C");
  CREATE INDEX IF NOT EXISTS threads_by_status ON ${schema}.threads (status, id);
  CREATE INDEX IF NOT EXISTS threads_by_owner ON ${schema}.threads (owner, id);
  CREATE INDEX IF NOT EXISTS threads_by_due ON ${schema}.threads (due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS ${schema}.events (
    thread text COLLATE "C", version int, event text NOT NULL, PRIMARY KEY (thread, version));
  INSERT INTO ${schema}.meta SELECT ${SCHEMA} WHERE NOT EXISTS (SELECT FROM ${schema}.meta);`;

const ignore = () => undefined;

/** Of several processes that start at once, one makes the tables. */
async function migrate(pool: Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  // Whoever waits for an answer is told of a connection that breaks; without a listener it would end the process, too.
  client.on('error', ignore);
  try {
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('${schema}'))`);
    const { rows } = await client.query(`SELECT to_regclass('"${schema}".meta') AS meta`);
    if (rows[0].meta === null) await client.query(tables(`"${schema}"`));
    const found = await client.query(`SELECT version FROM "${schema}".meta`);
    await client.query('COMMIT');
    assertKnownSchema(`The schema ${schema}`, found.rows[0].version, SCHEMA);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release();
  }
}
