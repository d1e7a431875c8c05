import { hasRedis, newRedis } from '../../test/support/generated/database-servers.ts';
import type { EngineAddress } from '../../test/support/generated/engines.ts';
import { newRestate } from '../../test/support/generated/restate-server.ts';
import { Redis } from 'ioredis';
import { runStatement } from '../stores/counted-postgres.ts';
import type { Counter } from '../stores/counter.ts';
import { freshFolder } from '../tool/project.ts';

/** Where the threads are, in a PostgreSQL that counts. */
export type Threads = { readonly url: string; readonly counter: Counter };

/** The server of an engine. */
export type EngineServer = {
  readonly url: string;
  /** What the engine has asked of it so far, besides what the store asks of its own. */
  count?(): Promise<number>;
  stop(): Promise<void>;
};

export type BenchRunner = {
  /** `own`: the worker in the process that launches. */
  readonly name: 'own' | EngineAddress['name'];
  /** The unit of `count`. */
  readonly counted?: string;
  /** Why it cannot be measured on this machine, if so. */
  missing?(): string | undefined;
  open(threads: Threads, folder: string): Promise<EngineServer>;
};

/** All that are compared. For one more: an entry here, and `runnerAt` must know its name. */
export const runners: readonly BenchRunner[] = [
  { name: 'own', open: async () => ({ url: '', stop: async () => {} }) },
  { name: 'pgboss', counted: 'statements of pg-boss', open: openBeside },
  {
    name: 'bullmq',
    counted: 'Redis commands',
    missing: () => (hasRedis() ? undefined : 'there is no redis-server on this machine'),
    open: openRedis,
  },
  { name: 'restate', open: openRestate },
];

/** In the server of the threads, in a database of its own, so that its statements count apart. */
async function openBeside({ url, counter }: Threads): Promise<EngineServer> {
  const database = 'engine';
  await runStatement(url, `CREATE DATABASE ${database}`);
  const own = new URL(url);
  own.pathname = database;
  return { url: own.href, count: () => counter.statements(database), stop: async () => {} };
}

/** It counts the commands in scripts, too. */
async function openRedis(_: Threads, folder: string): Promise<EngineServer> {
  const server = await newRedis(freshFolder(folder));
  await server.start();
  const client = new Redis(server.url);
  return {
    url: server.url,
    async count() {
      const [, value] = /total_commands_processed:(\d+)/.exec(await client.info('stats')) ?? [];
      return Number(value);
    },
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}

/** Its own log has the wakes: it has no statements to count. */
async function openRestate(_: Threads, folder: string): Promise<EngineServer> {
  const server = await newRestate(freshFolder(folder));
  await server.start();
  return {
    url: server.url,
    async stop() {
      await server.close();
      await server.stop();
    },
  };
}
