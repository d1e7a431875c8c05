import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Runner } from '../../../registry/agent/core/agent.ts';
import { hasRedis, newPostgres, newRedis, type DatabaseServer } from './database-servers.ts';
import { newRestate, restateRunnerAt } from './restate-server.ts';

/** What a process needs to open the runner of an engine. */
export type EngineAddress = {
  readonly name: 'pgboss' | 'bullmq' | 'restate';
  /** For Restate, what `restateRunnerAt` asks for its addresses. */
  readonly url: string;
  /** Agents in different spaces do not see each other. */
  readonly space: string;
  readonly perOwner?: number;
  readonly overall?: number;
};

/** An engine, with its real server. */
export type Engine = Pick<DatabaseServer, 'url' | 'start' | 'stop' | 'kill'>;

type Kind = {
  readonly name: EngineAddress['name'];
  /** Why it cannot run here. */
  readonly missing: string | undefined;
  /** Starts the server of the engine. */
  open(folder: string): Promise<Engine>;
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isOld = major < 22 || (major === 22 && minor < 12);

/** All engines, by the name of their runner. */
export const engines: readonly Kind[] = [
  {
    name: 'pgboss',
    missing: isOld ? 'pg-boss needs Node 22.12 or later' : undefined,
    open: (folder) => started(newPostgres, folder),
  },
  {
    name: 'bullmq',
    missing: hasRedis() ? undefined : 'BullMQ needs redis-server',
    open: (folder) => started(newRedis, folder),
  },
  {
    name: 'restate',
    missing: major < 22 ? 'the SDK of Restate needs Node 22 or later' : undefined,
    open: (folder) => started(newRestate, folder),
  },
];

/** Root starts PostgreSQL as another user, which must be able to enter `folder`. */
async function started(
  create: (folder: string) => Promise<Engine>,
  folder: string,
): Promise<Engine> {
  mkdirSync(join(folder, 'engine'), { recursive: true });
  const server = await create(join(folder, 'engine'));
  await server.start();
  return server;
}

/** Opens the runner that a process of an agent wires. Each is loaded only where it is used. */
export async function runnerAt(address: EngineAddress): Promise<Runner> {
  const { name, url, space, ...limits } = address;
  if (name === 'bullmq') {
    const { bullMqRunner } = await import('../../../registry/agent/runner/bullmq.ts');
    return bullMqRunner({ url, prefix: space, ...limits });
  }
  if (name === 'restate') return await restateRunnerAt({ url, space });
  const { pgBossRunner } = await import('../../../registry/agent/runner/pgboss.ts');
  return pgBossRunner({ url, schema: space, ...limits });
}
