import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine, Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { Conflict, type Query, type Store, type ThreadIndex } from '../core/store.ts';
import { assertKnownSchema, parseEvents, toColumn, toInfo } from './database.ts';

/** The used part of `node:sqlite`, which the types of Node 20 do not have. */
type SqliteModule = { readonly DatabaseSync: new (path: string) => Database };
type Database = {
  exec: (sql: string) => void;
  prepare: (sql: string) => Statement;
  close: () => void;
};
type Statement = {
  run: (...values: readonly SqlValue[]) => { readonly changes: number | bigint };
  all: (...values: readonly SqlValue[]) => readonly Row[];
};
type SqlValue = string | number | null;
type Row = Readonly<Record<string, unknown>>;

/**
 * Keeps all threads in one SQLite file, for any number of processes on one machine. A new file is
 * for its owner only.
 * @throws Refused before Node 22.13, which has no SQLite, and for a file of a later version
 */
export function sqliteStore(path = '.agent/threads.db'): Store & { readonly close: () => void } {
  const database = openSqlite(path);
  const { create, update, insert, select, selectVersion } = prepareStatements(database);
  const whenFree = <T>(work: () => T) => retryWhileBusy(path, work, lockDeadline());
  const inTurn = turns();

  async function save(
    id: string,
    before: number,
    events: readonly Event[],
    { status, due, owner, details }: ThreadIndex,
  ): Promise<number> {
    const version = before + events.length;
    const column = toColumn(version, details);
    const write = () => {
      const { changes } =
        before === 0
          ? create.run(id, version, status, due ?? null, owner ?? null, column)
          : update.run(status, due ?? null, owner ?? null, column, id, before);
      if (Number(changes) === 0) throw new Conflict(`${id} is not at version ${before}`);
      for (const [at, event] of events.entries())
        insert.run(id, before + at, JSON.stringify(event));
    };
    await inTurn((untilMs) => retryWhileBusy(path, () => transact(database, write), untilMs));
    return version;
  }
  return {
    async load(id) {
      const rows = await whenFree(() => select.all(id));
      const texts = rows.map(({ event }) => String(event));
      return parseEvents(id, texts);
    },
    append: (id, version, event, index) => save(id, version, [event], index),
    create: (id, events, index) => save(id, 0, events, index),
    async list(query) {
      const { where, order, values } = whereClause(query);
      const sql = `SELECT * FROM threads WHERE ${where} ORDER BY ${order} LIMIT ?`;
      const rows = await whenFree(() => database.prepare(sql).all(...values, query.limit));
      return rows.map(toInfo);
    },
    async version(id) {
      const [row] = await whenFree(() => selectVersion.all(id));
      return Number(row?.['version'] ?? 0);
    },
    close: () => database.close(),
  };
}

const prepareStatements = (database: Database) => ({
  // Named columns make SQLite notice that another process has added one.
  create: database.prepare(
    `INSERT INTO threads (id, version, status, due, owner, details)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  ),
  update: database.prepare(
    `UPDATE threads SET version = version + 1, status = ?, due = ?, owner = ?, details = ?
     WHERE id = ? AND version = ?`,
  ),
  insert: database.prepare('INSERT INTO events VALUES (?, ?, ?)'),
  select: database.prepare('SELECT event FROM events WHERE thread = ? ORDER BY version'),
  selectVersion: database.prepare('SELECT version FROM threads WHERE id = ?'),
});

function whereClause({ after = '', dueAfter = '', status, owner, dueBefore }: Query) {
  const isByTime = dueBefore !== undefined;
  const order = isByTime ? 'due, id' : 'id';
  const conditions = isByTime ? ['(due, id) > (?, ?)'] : ['id > ?'];
  const values = isByTime ? [dueAfter, after] : [after];
  const add = (condition: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add('status = ?', status);
  add('owner = ?', owner);
  add('due < ?', dueBefore);
  return { where: conditions.join(' AND '), order, values };
}

/** How long to wait, in ms, while another process writes. */
const BUSY_TIMEOUT_MS = 5_000;
/** ms that SQLite itself waits. Meanwhile this whole process does nothing else. */
const BLOCKING_MS = 20;
const BUSY_RETRY_MS = 10;
const SQLITE_BUSY = 5;

const SCHEMA = 2;

const TABLES = `
  CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    due TEXT,
    owner TEXT,
    details TEXT
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
  PRAGMA user_version = ${SCHEMA};`;

/** Adds what the first schema lacks. */
const UPGRADE = `
  ALTER TABLE threads ADD COLUMN details TEXT;
  PRAGMA user_version = ${SCHEMA};`;

function openSqlite(path: string): Database {
  const sqlite: object | undefined = process.getBuiltinModule?.('node:sqlite');
  if (sqlite === undefined) {
    const needed = 'The SQLite store needs Node 22.13 or later';
    throw new Refused(`${needed}, and this is ${process.version}.`);
  }
  const { DatabaseSync } = sqlite as SqliteModule;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    createPrivately(path);
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA synchronous = FULL`);
    enableWriteAheadLog(database, Date.now() + BUSY_TIMEOUT_MS);
    createTables(database, path);
    database.exec(`PRAGMA busy_timeout = ${BLOCKING_MS}`);
    return database;
  } catch (error) {
    throw withPath(path, error);
  }
}

/** Creates a missing file. SQLite gives its mode to the files beside it. */
function createPrivately(path: string): void {
  if (/^(?::memory:$|file:)/.test(path) || existsSync(path)) return;
  closeSync(openSync(path, 'a', 0o600));
}

/** Retries here, because SQLite does not wait while another process changes the mode. */
function enableWriteAheadLog(database: Database, untilMs: number): void {
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > untilMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_RETRY_MS);
    }
  }
}

/** Creates or upgrades the tables. The transaction lets one of several processes do it. */
function createTables(database: Database, path: string): void {
  transact(database, () => {
    const [row] = database.prepare('PRAGMA user_version').all();
    const version = Number(row?.['user_version']);
    if (version === 0) database.exec(TABLES);
    if (version === 1) database.exec(UPGRADE);
    assertKnownSchema(path, version, SCHEMA);
  });
}

function transact(database: Database, write: () => void): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    write();
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

const lockDeadline = () => Date.now() + BUSY_TIMEOUT_MS;

/** Runs one write after the other: each try blocks this process, and many would add up. */
function turns() {
  let last: Promise<unknown> = Promise.resolve();
  return (write: (untilMs: number) => Promise<void>): Promise<void> => {
    const untilMs = lockDeadline();
    const turn = last.then(() => write(untilMs));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Tries again while another program has locked the file, and lets other code run meanwhile. */
async function retryWhileBusy<T>(path: string, work: () => T, untilMs: number): Promise<T> {
  for (;;) {
    if (Date.now() > untilMs) throw new Refused(`${path} is locked by another program.`);
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw withPath(path, error);
    }
    // A random wait: processes that all wait equally long would meet again.
    await sleep(BUSY_RETRY_MS * (1 + Math.random()));
  }
}

/** Ignores errors: after some, such as a full disk, SQLite has already rolled back. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    return;
  }
}

/** Adds the path to an error: SQLite does not name the file. */
const withPath = (path: string, error: unknown): unknown =>
  isSqliteError(error) ? new Refused(`${path}: ${oneLine(error)}`) : error;

const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** The low byte of an extended error code is the primary one. */
const isBusy = (error: unknown): boolean =>
  isSqliteError(error) && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
