import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteStore } from '../../registry/agent/store/sqlite.ts';
import type { BenchStore } from './bench-store.ts';
import { appends, event, index, paused, waiting } from './job.ts';

type Database = {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: readonly (string | number)[]): unknown };
  close(): void;
};

export function openSqlite(address: string, space: string): BenchStore {
  const path = join(address, `${space}.db`);
  const store = sqliteStore(path);
  const bare = connect(join(address, 'bare.db'));
  bare.exec('CREATE TABLE IF NOT EXISTS bare (event TEXT)');
  const insert = bare.prepare('INSERT INTO bare VALUES (?)');
  return {
    store,
    writeBare: (text) => insert.run(text),
    fill: (threads) => fill(path, threads),
    async sizes() {
      checkpoint(path);
      return { bytes: statSync(path).size };
    },
    close() {
      store.close();
      bare.close();
    },
  };
}

function connect(path: string): Database {
  const { DatabaseSync } = Object(process.getBuiltinModule?.('node:sqlite'));
  const database: Database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  return database;
}

function fill(path: string, threads: number): void {
  const database = connect(path);
  const numbers = (to: string) =>
    `WITH RECURSIVE n(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ${to})`;
  const each = (name: string, versions: number, status: string, count: number) => {
    const details = JSON.stringify({ version: versions, details: index.details });
    const kept = [count, name, versions, status, index.due, index.owner, details];
    database
      .prepare(`INSERT INTO threads ${numbers('?1')} SELECT ?2 || n, ?3, ?4, ?5, ?6, ?7 FROM n`)
      .run(...kept);
    const values = `${numbers('?1 * ?3')} SELECT ?2 || (n / CAST(?3 AS INT)), n % ?3, ?4 FROM n`;
    database
      .prepare(`INSERT INTO events ${values}`)
      .run(count, name, versions, JSON.stringify(event));
  };
  database.exec('BEGIN');
  each('waiting_', 1, paused.status, waiting);
  each('filled_', appends, index.status, threads);
  database.exec('COMMIT');
  database.close();
  checkpoint(path);
}

/** Moves the write-ahead log into the file. */
function checkpoint(path: string): void {
  const database = connect(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}
