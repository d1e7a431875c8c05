import { mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  newPostgres,
  newRedis,
  type DatabaseServer,
} from '../../support/generated/database-servers.ts';
import { engines, type Engine, type EngineAddress } from '../../support/generated/engines.ts';
import type { Address } from '../../support/generated/open-store.ts';

/** The servers that an engine needs, with the store beside it. */
export type Servers = {
  readonly engine: EngineAddress | undefined;
  readonly store: Address;
  /** Ends the server of the engine by SIGKILL, and starts it again. */
  killEngine(pick: number): Promise<void>;
  stop(): Promise<void>;
};

export type EngineName = EngineAddress['name'] | 'local';

/** What `killEngine` kills. */
export function killedAt(name: EngineName): string {
  if (name === 'local') return 'PostgreSQL, the store (there is no queue)';
  if (name === 'pgboss') return 'PostgreSQL, the queue and the store';
  if (name === 'bullmq')
    return 'Redis, the queue (appendfsync everysec: every other time its last second is cut)';
  return `${name}, the queue (the store is PostgreSQL)`;
}

const space = 'torture';
type Running = Pick<DatabaseServer, 'url' | 'start' | 'stop' | 'kill'>;

export async function openServers(name: EngineName, folder: string): Promise<Servers> {
  // Root starts PostgreSQL as another user.
  await chmod(folder, 0o755);
  if (name === 'local') return servers(undefined, await postgres(folder));
  if (name === 'bullmq') {
    const [queue, store] = ['queue', 'store'].map((one) => newFolder(folder, one));
    const engine = await started(await newRedis(queue ?? '', '--appendfsync', 'everysec'));
    const cut = withCuts(engine, join(queue ?? '', 'appendonlydir'));
    return servers({ name, server: cut }, await started(await newRedis(store ?? '')), 'redis');
  }
  const kind = engines.find((one) => one.name === name);
  if (!kind) throw new Error(`There is no engine ${name}.`);
  const server = await kind.open(folder);
  if (name === 'pgboss') await allowConnections(server);
  const store = name === 'pgboss' ? server : await postgres(newFolder(folder, 'store'));
  return servers({ name, server }, store);
}

type Killable = Running & { killAt?: (pick: number) => Promise<void> };

function servers(
  engine: { readonly name: EngineAddress['name']; readonly server: Killable } | undefined,
  store: Running,
  kind: Address['name'] = 'postgres',
): Servers {
  const killed: Killable = engine?.server ?? store;
  return {
    engine: engine && { name: engine.name, url: engine.server.url, space },
    store: { name: kind, where: store.url, space },
    async killEngine(pick) {
      await (killed.killAt?.(pick) ?? killed.kill());
      await sleep(pick % 1_500);
      await killed.start();
    },
    async stop() {
      await killed.stop();
      if (store !== killed) await store.stop();
    },
  };
}

function newFolder(folder: string, name: string): string {
  const own = join(folder, name);
  mkdirSync(own);
  return own;
}

async function started(server: DatabaseServer): Promise<DatabaseServer> {
  await server.start();
  return server;
}

async function postgres(folder: string): Promise<DatabaseServer> {
  const server = await started(await newPostgres(folder));
  await allowConnections(server);
  return server;
}

/** Lets every process have its pools. */
async function allowConnections(server: Engine): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query('alter system set max_connections = 1000');
  await client.end();
  await server.stop();
  await server.start();
}

/** As after a loss of power, Redis lacks its last second every other time. */
function withCuts(server: DatabaseServer, folder: string): Killable {
  const sizes = () =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.aof'))
      .map((file) => ({ path: join(folder, file), size: statSync(join(folder, file)).size }));
  return {
    ...server,
    async killAt(pick) {
      if (pick % 2 === 0) return await server.kill();
      const old = sizes();
      await sleep(1_000);
      await server.kill();
      const now = new Map(sizes().map(({ path, size }) => [path, size]));
      for (const { path, size } of old) if ((now.get(path) ?? 0) > size) truncateSync(path, size);
    },
  };
}
