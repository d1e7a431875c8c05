import { appendFileSync } from 'node:fs';
import { Pool } from 'pg';
import { wholeLines } from './whole-lines.ts';

/** What steps did outside of the threads. `key` is the idempotency key of the run. */
export type Effect = { readonly thread: string; readonly name: string; readonly key: string };

/** Keeps what steps did, for all processes: in a file, or in a table of the database at a URL. */
export type Ledger = {
  add(effect: Effect): Promise<void>;
  all(): Promise<readonly Effect[]>;
  close(): Promise<void>;
};

export async function openLedger(place: string): Promise<Ledger> {
  return place.startsWith('postgres:') ? await openTable(place) : openFile(place);
}

function openFile(path: string): Ledger {
  return {
    add: async (effect) => appendFileSync(path, `${JSON.stringify(effect)}\n`),
    all: async () => wholeLines(path).map((line): Effect => JSON.parse(line)),
    close: async () => undefined,
  };
}

async function openTable(url: string): Promise<Ledger> {
  const pool = new Pool({ connectionString: url, max: 4 });
  // The server stops before the test process ends.
  pool.on('error', () => undefined);
  const columns = 'thread text, name text, key text';
  // Two processes can create it at once.
  await pool.query(`create table if not exists effects (${columns})`).catch(() => undefined);
  return {
    async add({ thread, name, key }) {
      await pool.query('insert into effects values ($1, $2, $3)', [thread, name, key]);
    },
    all: async () => (await pool.query<Effect>('select thread, name, key from effects')).rows,
    close: async () => await pool.end(),
  };
}
