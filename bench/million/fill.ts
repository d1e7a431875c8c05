import { Pool } from 'pg';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { askingAgent, pauseThread } from './agent.ts';

/** Threads of the whole that are due, and people who own the threads. */
export const [due, owners] = [1_000, 200];
const batch = 50_000;
const from = 'the_person_of_the_first_thread';

/**
 * Pauses one thread by the real loop, and has the database copy it: ids at random, as the agent
 * makes them, and due times spread over a month from tomorrow on, except for those that are due.
 */
export async function fill(url: string, schema: string, threads: number): Promise<void> {
  const store = postgresStore(url, schema);
  const { id, state } = await pauseThread(askingAgent(store), from);
  await store.close();
  const pool = new Pool({ connectionString: url, max: 1 });
  const first = [id, from, state.open?.due ?? '', new Date().toISOString(), threads];
  for (let next = 0; next < threads; next += batch) {
    const values = [...first, next, Math.min(next + batch, threads) - 1];
    await pool.query(copyThreads(schema), values);
    await pool.query(copyEvents(schema), values);
  }
  await pool.query(`DELETE FROM ${schema}.threads WHERE id = $1`, [id]);
  await pool.query(`DELETE FROM ${schema}.events WHERE thread = $1`, [id]);
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
  await pool.end();
}

/** The threads of a batch: $1 to $3 are the id, owner and due time of the first thread. */
const batchOf = `
  WITH made AS (
    SELECT n, 't_' || substr(md5(n::text), 1, 12) AS id, 'person_' || n % ${owners} AS owner,
      to_char(
        ($4::timestamptz + CASE
          WHEN n < ${due} THEN -(n + 1) * interval '1 second'
          ELSE interval '1 day' + n * (interval '30 days' / $5::int)
        END) AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
      ) AS due
    FROM generate_series($6::int, $7::int) AS n
  )`;

/** A text of the first thread as one of another. */
const own = (text: string) =>
  `replace(replace(replace(${text}, $1, made.id), $2, made.owner), $3, made.due)`;

const copyThreads = (schema: string) => `${batchOf}
  INSERT INTO ${schema}.threads (id, version, status, due, owner, details)
  SELECT made.id, version, status, made.due, made.owner, ${own('details')}
  FROM made, ${schema}.threads AS old WHERE old.id = $1 ORDER BY n`;

const copyEvents = (schema: string) => `${batchOf}
  INSERT INTO ${schema}.events (thread, version, event)
  SELECT made.id, version, ${own('event')}
  FROM made, ${schema}.events AS old WHERE old.thread = $1 ORDER BY n, version`;
