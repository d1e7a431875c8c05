import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Runner } from '../../../registry/agent/core/agent.ts';
import type { RestateOptions } from '../../../registry/agent/runner/restate.ts';
import { freePort, type DatabaseServer } from './database-servers.ts';

const VERSION = '1.7.12';

/** A Restate server with its data, and a load balancer for the processes of each space. */
export type RestateServer = Pick<DatabaseServer, 'url' | 'start' | 'stop' | 'kill'> & {
  readonly ingress: string;
  readonly admin: string;
  /** The invocations that match an SQL condition. */
  invocations(where: string): Promise<readonly Invocation[]>;
  /** The last lines of its log. */
  said(): string;
  /** Closes the load balancers. */
  close(): Promise<void>;
};

export type Invocation = {
  readonly id: string;
  readonly target: string;
  readonly status: string;
  readonly retry_count: number;
  readonly last_failure: string | null;
};

/** Returns the server's program. Downloads it on first use: 220 MB, once for each machine. */
export async function restateProgram(): Promise<string> {
  const folder = join(tmpdir(), `restate-server-${VERSION}`);
  const packageName = `@restatedev/restate-server-${platform()}-${arch()}`;
  const program = join(folder, 'node_modules', packageName, 'bin', 'restate-server');
  if (existsSync(program)) return program;
  const fresh = mkdtempSync(`${folder}-`);
  const install = ['install', '--prefix', fresh, '--ignore-scripts', '--no-save', '--no-audit'];
  const env = { ...process.env, SCARF_ANALYTICS: 'false' };
  try {
    await promisify(execFile)('npm', [...install, `@restatedev/restate-server@${VERSION}`], {
      env,
    });
  } catch (error) {
    throw new Error('Restate cannot be tested: npm did not install its server', { cause: error });
  }
  try {
    renameSync(fresh, folder);
  } catch {
    // Another process of the tests was faster.
    rmSync(fresh, { recursive: true });
  }
  return program;
}

/** Keeps data in `folder`. `env` is more of its configuration. */
export async function newRestate(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RestateServer> {
  const program = await restateProgram();
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const urls = { ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` };
  const balancers = await openBalancers(urls);
  const settings = {
    RESTATE_BASE_DIR: join(folder, 'restate'),
    RESTATE_NODE_NAME: 'test',
    RESTATE_LISTEN_MODE: 'tcp',
    RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_DEFAULT_NUM_PARTITIONS: '4',
    RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '256MB',
    RESTATE_DISABLE_TELEMETRY: 'true',
    ...env,
  };
  let said = '';
  let server: ChildProcess | undefined;
  const kill = () => server?.kill('SIGKILL');
  const end = async (signal: NodeJS.Signals) => {
    process.off('exit', kill);
    server?.kill(signal);
    if (server?.exitCode === null && server.signalCode === null) await once(server, 'close');
  };
  return {
    url: balancers.url,
    ...urls,
    async start() {
      mkdirSync(settings.RESTATE_BASE_DIR, { recursive: true });
      const started = spawn(program, ['--no-logo'], {
        env: { PATH: process.env['PATH'] ?? '', ...settings },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      server = started;
      process.once('exit', kill);
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-20_000)));
      await untilReady(urls, () => {
        if (started.exitCode !== null) throw new Error(`Restate ended:\n${said}`);
      });
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    invocations: (where) => invocations(urls.admin, where),
    said: () => said,
    close: balancers.close,
  };
}

/** Resolves when it accepts invocations. */
async function untilReady(urls: RestateUrls, throwIfEnded: () => void): Promise<void> {
  const addresses = [`${urls.admin}/health`, `${urls.ingress}/restate/health`];
  for (;;) {
    throwIfEnded();
    const answers = addresses.map((url) => fetch(url).then(({ ok }) => ok));
    const areReady = await Promise.all(answers).catch(() => [false]);
    if (areReady.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type RestateUrls = { readonly ingress: string; readonly admin: string };

async function invocations(admin: string, where: string): Promise<readonly Invocation[]> {
  const response = await fetch(`${admin}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: `select id, target, status, retry_count, last_failure from sys_invocation where ${where}`,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { rows }: { rows: readonly Invocation[] } = JSON.parse(await response.text());
  return rows;
}

/** What a process is told when it joins those of its space. */
type Joined = RestateUrls & { readonly url: string };

/**
 * Serves an address for each space: connections go to the processes of the space by turns. A process
 * joins by a connection, and leaves when that ends.
 */
async function openBalancers(urls: RestateUrls) {
  const open = new Map<string, Promise<Balancer>>();
  const control = createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).once('line', (line) => void join(socket, line));
  });

  async function join(socket: Socket, line: string): Promise<void> {
    const { space, port }: { space: string; port: number } = JSON.parse(line);
    const balancer = open.get(space) ?? openBalancer();
    open.set(space, balancer);
    const { url, ports } = await balancer;
    ports.add(port);
    socket.once('close', () => ports.delete(port));
    socket.write(`${JSON.stringify({ ...urls, url } satisfies Joined)}\n`);
  }

  return {
    url: `tcp://127.0.0.1:${await listen(control)}`,
    async close() {
      control.close();
      for (const balancer of open.values()) (await balancer).close();
    },
  };
}

type Balancer = { readonly url: string; readonly ports: Set<number>; close(): void };

async function openBalancer(): Promise<Balancer> {
  const ports = new Set<number>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined).once('close', () => sockets.delete(client));
    void connectTo([...ports]).then((backend) => (backend ? join(backend) : client.destroy()));
    function join(backend: Socket): void {
      client.pipe(backend).pipe(client);
      backend.on('error', () => client.destroy()).once('close', () => client.destroy());
      client.once('close', () => backend.destroy());
    }
  });

  /** The process that had no connection for longest is next. */
  async function connectTo(candidates: readonly number[]): Promise<Socket | undefined> {
    for (const port of candidates) {
      if (ports.delete(port)) ports.add(port);
      const socket = connect(port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isOpen) return socket;
    }
    return undefined;
  }

  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    ports,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1').unref(), 'listening');
  const { port } = server.address() as AddressInfo;
  return port;
}

/** Opens the runner of one process, behind the load balancer of its space. */
export async function restateRunnerAt(
  { url, space }: { readonly url: string; readonly space: string },
  options: RestateOptions = {},
): Promise<Runner> {
  const { restateRunner } = await import('../../../registry/agent/runner/restate.ts');
  const port = await freePort();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${JSON.stringify({ space, port })}\n`);
  const [line]: string[] = await once(createInterface({ input: socket }), 'line');
  socket.unref();
  const joined: Joined = JSON.parse(line ?? '');
  return restateRunner({ ...joined, port, name: space, ...options });
}
