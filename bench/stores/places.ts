import { join } from 'node:path';
import {
  type DatabaseServer,
  hasRedis,
  newPostgres,
  newRedis,
} from '../../test/support/generated/database-servers.ts';
import { atLeast, atMost, type Bar } from '../figures.ts';
import { newerNode } from '../newer-node.ts';
import { freshFolder } from '../tool/project.ts';

/** A measurement that may have a limit. */
export type What = 'sixty' | 'load' | 'list' | 'bytes' | 'sixteen';

/** A store, its server, its floor, its peer and its limits. */
export type Place = {
  readonly kind: 'memory' | 'file' | 'sqlite' | 'postgres' | 'redis';
  readonly floor: string;
  /** LangGraph's checkpointer for the same database. */
  readonly peer?: string;
  readonly bars: Readonly<Partial<Record<What, Bar>>>;
  readonly mostThreads?: number;
  start(folder: string): Promise<Server>;
  node?(): string;
  /** Tells why this machine cannot measure it. */
  absent?(): string | undefined;
};

/** The server of the threads, or their folder. */
export type Server = Pick<DatabaseServer, 'url' | 'stop'>;

const inFolder = async (folder: string): Promise<Server> => ({
  url: freshFolder(join(folder, 'store')),
  stop: async () => {},
});
const onServer =
  (create: (folder: string) => Promise<DatabaseServer>) =>
  async (folder: string): Promise<Server> => {
    const server = await create(freshFolder(join(folder, 'server')));
    await server.start();
    return server;
  };
/** Rewrites its file only on request. */
const calmRedis = async (folder: string) => newRedis(folder, '--auto-aof-rewrite-percentage', '0');
const [bytes, list] = [atMost(25), atMost(200)];

export const places: readonly Place[] = [
  // The threads must fit into the memory of each process.
  { kind: 'memory', floor: 'a list', bars: {}, mostThreads: 200, start: inFolder },
  {
    kind: 'file',
    floor: 'write and fdatasync',
    bars: { bytes, list: atMost(1_000) },
    start: inFolder,
  },
  {
    kind: 'sqlite',
    floor: 'INSERT with full sync',
    peer: '@langchain/langgraph-checkpoint-sqlite',
    bars: { sixty: atMost(10), load: atMost(0.2), bytes, list },
    start: inFolder,
    node: newerNode,
  },
  {
    kind: 'postgres',
    floor: 'INSERT',
    peer: '@langchain/langgraph-checkpoint-postgres',
    bars: { sixty: atMost(18), load: atMost(0.5), bytes, list, sixteen: atLeast(300) },
    start: onServer(newPostgres),
  },
  {
    kind: 'redis',
    floor: 'RPUSH',
    bars: { bytes, list },
    start: onServer(calmRedis),
    absent: () => (hasRedis() ? undefined : 'there is no redis-server on this machine'),
  },
];
