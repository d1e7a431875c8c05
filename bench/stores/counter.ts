import { Pool } from 'pg';

export type Counter = ReturnType<typeof openCounter>;

/** Counts what a server does that `newCountedPostgres` started. Its own queries do not count. */
export function openCounter(url: string) {
  const pool = new Pool({ connectionString: url, max: 1 });
  // The server may end first.
  pool.on('error', () => undefined);
  const count = async (text: string, ...values: readonly string[]): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(text, [...values]);
    return rows[0]?.count ?? Number.NaN;
  };
  return {
    /** The statements that have ended in a database. */
    statements: (database = 'postgres') => count(STATEMENTS, database),
    /** The connections that are open now, of all databases. */
    connections: () => count(CONNECTIONS),
    close: () => pool.end(),
  };
}

const STATEMENTS = `
  SELECT coalesce(sum(calls), 0)::float8 AS count
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
  WHERE d.datname = $1 AND query NOT LIKE '%pg_stat_%'`;

const CONNECTIONS = `
  SELECT count(*)::float8 AS count FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
