import { Client } from 'pg';
import { Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { Conflict, Damaged } from '../core/store.ts';
import type { Query, Store, ThreadIndex } from '../core/store.ts';
import { parseEvents, requireAddress, toColumn, toInfo } from './database.ts';
import { broadcasts } from './postgres-broadcast.ts';
import { connectPostgres, prepared } from './postgres-database.ts';
import { notifications } from './postgres-notifications.ts';

/**
 * Keeps all threads in PostgreSQL, for any number of processes on any machines.
 * Creates its tables in `schema` on first use. Give each agent a schema of its own.
 * @throws Refused without a `url` that can be read, and for tables of a later version
 */
export function postgresStore(
  url = process.env['DATABASE_URL']?.trim(),
  schema = 'agent',
): Required<Store> & { readonly close: () => Promise<void> } {
  const address = requireAddress(url, databaseUrl);
  const { pool, query } = connectPostgres(address, requireSchemaName(schema));
  const { watch, notify, close } = notifications(pool, address, schema);
  const statements = statementsFor(schema);

  async function create(
    id: string,
    events: readonly Event[],
    { status, due, owner, details }: ThreadIndex,
  ): Promise<number> {
    requireText(owner);
    const version = events.length;
    const texts = events.map((event) => JSON.stringify(event));
    const column = toColumn(version, details);
    const values = [id, version, status, due, texts, column, owner];
    const { rowCount } = await query(statements.create, values);
    if (rowCount === 0) throw new Conflict(`${id} exists`);
    notify(id);
    return version;
  }
  return {
    watch,
    create,
    ...broadcasts(pool, address, schema),
    async load(id) {
      const { rows } = await query<LoadedRow>(statements.load, [id]);
      return parseEvents(id, splitEvents(id, rows[0]));
    },
    async append(id, version, event, index) {
      if (version === 0) return create(id, [event], index);
      const { status, due, owner, details } = index;
      requireText(owner);
      const column = toColumn(version + 1, details);
      const values = [id, version, status, due, JSON.stringify(event), column, owner];
      const { rowCount } = await query(statements.append, values);
      if (rowCount === 0) throw new Conflict(`${id} is not at version ${version}`);
      notify(id);
      return version + 1;
    },
    async list(wanted) {
      const { text, values } = listStatement(schema, wanted);
      const { rows } = await query({ text }, values);
      return rows.map(toInfo);
    },
    async version(id) {
      const { rows } = await query<{ version: number }>(statements.version, [id]);
      return rows[0]?.version ?? 0;
    },
    async close() {
      await close();
      await pool.end();
    },
  };
}

const databaseUrl = {
  name: 'DATABASE_URL',
  example: 'postgres://user:password@host/database',
  schemes: /^(postgres(ql)?:\/\/|socket:)/,
  portIn: (address: string) => new Client({ connectionString: address }).port,
};

/** @throws Refused */
function requireText(owner = ''): void {
  if (!owner.includes('\0')) return;
  throw new Refused('PostgreSQL cannot save a name with a NUL character.', 'invalid');
}

function requireSchemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  throw new Refused(`${name.slice(0, 80)} is not a schema name.`);
}

/** Characters of a thread. A text too long for JavaScript would end the process in `pg`. */
const MAX_THREAD_LENGTH = 2 ** 28;

/** Separates the events of a thread: JSON has no such character. */
const SEPARATOR = '\x1e';

/** `events` is null for a thread that is too long. */
type LoadedRow = { readonly events: string | null };

function splitEvents(id: string, row: LoadedRow | undefined): readonly string[] {
  if (row?.events) return row.events.split(SEPARATOR);
  if (row?.events === '') return [];
  const limit = `${MAX_THREAD_LENGTH} characters`;
  throw new Damaged(`${id} has more than ${limit}: too many to read.`, []);
}

/** Each is one round trip and one transaction: of appends that race, one changes a row. */
function statementsFor(schema: string) {
  const [threads, events] = [`"${schema}".threads`, `"${schema}".events`];
  return {
    load: prepared(`
      SELECT CASE WHEN coalesce(sum(length(event)), 0) < ${MAX_THREAD_LENGTH}
        THEN coalesce(string_agg(event, '${SEPARATOR}' ORDER BY version), '')
      END AS events
      FROM ${events} WHERE thread = $1`),
    version: prepared(`SELECT version FROM ${threads} WHERE id = $1`),
    create: prepared(`
      WITH moved AS (
        INSERT INTO ${threads} (id, version, status, due, details, owner)
        VALUES ($1, $2::int, $3, $4, $6, $7)
        ON CONFLICT DO NOTHING RETURNING id
      )
      INSERT INTO ${events} (thread, version, event)
      SELECT $1, at - 1, event
      FROM moved, unnest($5::text[]) WITH ORDINALITY AS added (event, at)`),
    append: prepared(`
      WITH moved AS (
        UPDATE ${threads}
        SET version = version + 1, status = $3, due = $4, details = $6, owner = $7
        WHERE id = $1 AND version = $2::int RETURNING id
      )
      INSERT INTO ${events} (thread, version, event)
      SELECT $1, $2::int, $5 FROM moved`),
  };
}

function listStatement(schema: string, query: Query) {
  const { after = '', dueAfter = '', status, owner, dueBefore, limit } = query;
  const isByTime = dueBefore !== undefined;
  const order = isByTime ? 'due, id' : 'id';
  const values: (string | number)[] = isByTime ? [limit, after, dueAfter] : [limit, after];
  const conditions = isByTime ? ['(due, id) > ($3, $2)'] : ['id > $2'];
  const add = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${column} $${values.length}`);
  };
  add('status =', status);
  add('owner =', owner);
  add('due <', dueBefore);
  const where = conditions.join(' AND ');
  const text = `SELECT * FROM "${schema}".threads WHERE ${where} ORDER BY ${order} LIMIT $1`;
  return { text, values };
}
