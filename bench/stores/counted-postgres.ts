import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { newPostgres } from '../../test/support/generated/database-servers.ts';
import { freshFolder } from '../tool/project.ts';

export type CountedPostgres = {
  readonly url: string;
  /** ms of CPU that the server has used, with all its processes; NaN where there is no /proc. */
  cpuMs(): number;
  stop(): Promise<void>;
};

/** Starts a PostgreSQL as it ships, except that it counts its statements: see `openCounter`. */
export async function newCountedPostgres(folder: string): Promise<CountedPostgres> {
  const place = freshFolder(join(folder, 'server'));
  const server = await newPostgres(place);
  await server.start();
  await runStatement(
    server.url,
    `ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`,
  );
  await server.stop();
  await server.start();
  await runStatement(server.url, 'CREATE EXTENSION pg_stat_statements');
  const pidFile = join(place, 'pg/postmaster.pid');
  return { url: server.url, cpuMs: () => cpuMsOf(pidFile), stop: () => server.stop() };
}

/** Runs one statement on a connection of its own. */
export async function runStatement(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Linux counts CPU in hundredths of a second. */
const TICK_MS = 10;

/** The main process has the times of its children that have ended: it is read last. */
function cpuMsOf(pidFile: string): number {
  if (process.platform !== 'linux') return Number.NaN;
  const [pid = ''] = readFileSync(pidFile, 'utf8').split('\n');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const ticks = [...children.map((child) => ticksOf(child, 2)), ticksOf(pid, 4)];
  return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS;
}

/** The first `count` of: in user mode, in the kernel, and both for children. None if it has ended. */
function ticksOf(pid: string, count: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const stat = readFileSync(file, 'utf8');
  // The name of the program, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 11 + count).reduce((sum, each) => sum + Number(each), 0);
}
