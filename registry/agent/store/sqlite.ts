import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { oneLine, Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { assertKnownSchema, Conflict, toInfo, type Store } from '../core/store.ts';

type Value = string | number | null;
type Statement = {
  run(...values: Value[]): { changes: number | bigint };
  all(...values: Value[]): object[];
};

/** What is used of `node:sqlite`: the types of Node 20 do not have it. */
type Database = { exec(sql: string): void; prepare(sql: string): Statement; close(): void };

/**
 * All threads in one SQLite file, for any number of processes on one machine. An append is on disk once it resolves.
 * @throws Refused before Node 22.13, which has no SQLite, and for a database that a later version wrote
 */
export function sqliteStore(path = '.agent/threads.db'): Store & { close(): void } {
  const database = open(path);
  const create = database.prepare(
    'INSERT INTO threads VALUES (?3, 1, ?1, ?2, ?4) ON CONFLICT DO NOTHING',
  );
  const move = database.prepare(
    'UPDATE threads SET version = version + 1, status = ?1, due = ?2 WHERE id = ?3 AND version = ?4',
  );
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?)');
  const select = database.prepare('SELECT event FROM events WHERE thread = ? ORDER BY version');
  return {
    async load(id) {
      return select.all(id).map((row): Event => JSON.parse(String(Object(row).event)));
    },
    async append(id, version, event, { status, due = null, owner = null }) {
      try {
        database.exec('BEGIN IMMEDIATE');
        const index = [status, due, id];
        const { changes } =
          version === 0 ? create.run(...index, owner) : move.run(...index, version);
        if (Number(changes) === 0) throw new Conflict(`${id} is not at ${version}`);
        insert.run(id, version, JSON.stringify(event));
        database.exec('COMMIT');
      } catch (error) {
        rollBack(database);
        throw named(path, error);
      }
      return version + 1;
    },
    async list({ status, owner, dueBefore, after = '', limit }) {
      const wanted = [
        ['id > ?', after],
        ['status = ?', status],
        ['owner = ?', owner],
        ['due < ?', dueBefore],
      ].filter(([, value]) => value !== undefined);
      const where = wanted.map(([condition]) => condition).join(' AND ');
      const sql = `SELECT * FROM threads WHERE ${where} ORDER BY id LIMIT ?`;
      const values = wanted.map(([, value = '']) => value);
      return database
        .prepare(sql)
        .all(...values, limit)
        .map(toInfo);
    },
    close: () => database.close(),
  };
}

/** ms for which a database that somebody else writes to is waited for. */
const PATIENCE_MS = 5_000;
const BUSY = 5;

const SCHEMA = 1;

const tables = `
  CREATE TABLE threads (id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, due TEXT, owner TEXT)
    STRICT, WITHOUT ROWID;
  CREATE INDEX threads_by_status ON threads (status, id);
  CREATE INDEX threads_by_owner ON threads (owner, id);
  CREATE INDEX threads_by_due ON threads (due) WHERE due IS NOT NULL;
  CREATE TABLE events (thread TEXT NOT NULL, version INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (thread, version))
    STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA};`;

function open(path: string): Database {
  const { DatabaseSync } = Object(process.getBuiltinModule?.('node:sqlite'));
  if (!DatabaseSync)
    throw new Refused(
      `The SQLite store needs Node 22.13 or later, and this is ${process.version}.`,
    );
  mkdirSync(dirname(path), { recursive: true });
  try {
    const database: Database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; PRAGMA synchronous = FULL`);
    useWal(database, Date.now() + PATIENCE_MS);
    migrate(database, path);
    return database;
  } catch (error) {
    throw named(path, error);
  }
}

/** Of several processes that start at once, one changes the mode; the others are refused meanwhile, without a wait. */
function useWal(database: Database, until: number): void {
  for (;;) {
    try {
      return database.exec('PRAGMA journal_mode = WAL');
    } catch (error) {
      if ((Object(error).errcode & 0xff) !== BUSY || Date.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** What SQLite says is of the file or its disk (full, read-only, locked, no database), but it does not say which. */
const named = (path: string, error: unknown): unknown =>
  Object(error).code === 'ERR_SQLITE_ERROR' ? new Refused(`${path}: ${oneLine(error)}`) : error;

/** After some errors, such as a full disk, SQLite has done so by itself. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {}
}

/** Of several processes that start at once, one makes the tables. */
function migrate(database: Database, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  const [row] = database.prepare('PRAGMA user_version').all();
  const version = Number(Object(row).user_version);
  if (version === 0) database.exec(tables);
  database.exec('COMMIT');
  assertKnownSchema(path, version, SCHEMA);
}
