import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis, newPostgres, newRedis, type DatabaseServer } from './database-servers.ts';
import { type Kind, openStore, type Opened } from './open-store.ts';

/** A place for threads. Servers start on first use, and `closePlaces()` stops them. */
export type Place = {
  readonly name: Kind;
  /** Tells why this machine cannot test it. */
  readonly missing?: string;
  /** Whether other processes see its threads. */
  readonly isShared: boolean;
  /** The folder, or the URL of the server. */
  where(): Promise<string>;
  /** Opens a store. Except in memory, a `space` that is opened twice has the same threads. */
  open(space?: string): Promise<Opened>;
  /** Stops a server, runs `meanwhile`, and starts it again with the same data. */
  restart?(meanwhile?: () => Promise<unknown>): Promise<void>;
};

const stops: (() => unknown)[] = [];
let root: string | undefined;

/** Makes a folder that `closePlaces()` removes. The user of PostgreSQL may enter it. */
export function newFolder(name: string): string {
  root ??= mkdtempSync(join(tmpdir(), 'places-'));
  chmodSync(root, 0o755);
  const folder = join(root, `${name}-${newSpace()}`);
  mkdirSync(folder);
  return folder;
}

export const newSpace = (): string => randomUUID().replaceAll('-', '');

/** Closes all stores, stops all servers and removes their files. For `afterAll`. */
export async function closePlaces(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
}

function onServer(
  name: Kind,
  create: (folder: string) => Promise<DatabaseServer>,
  missing?: string,
): Place {
  let running: Promise<DatabaseServer> | undefined;
  const started = () => (running ??= begin());
  async function begin(): Promise<DatabaseServer> {
    const server = await create(newFolder(name));
    await server.start();
    stops.push(() => ((running = undefined), server.stop()));
    return server;
  }
  const where = async () => (await started()).url;
  return {
    ...at(name, where, missing),
    async restart(meanwhile) {
      const server = await started();
      await server.stop();
      await meanwhile?.();
      await server.start();
    },
  };
}

function at(name: Kind, where: () => Promise<string>, missing?: string): Place {
  const open = async (space = newSpace()) => {
    const store = await openStore({ name, where: await where(), space });
    stops.push(() => store.close());
    return store;
  };
  return {
    name,
    isShared: name !== 'memory',
    where,
    open,
    ...(missing !== undefined && { missing }),
  };
}

function inFolder(name: Kind, missing?: string): Place {
  let folder: string | undefined;
  return at(name, async () => (folder ??= newFolder(name)), missing);
}

const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

/** All stores. */
export const places: readonly Place[] = [
  inFolder('memory'),
  inFolder('file'),
  // CI has these tests in a project on Node 24 as well.
  inFolder('sqlite', hasSqlite ? undefined : `Node ${process.versions.node} has no SQLite`),
  onServer('postgres', newPostgres),
  // From Debian's redis-server, which CI installs.
  onServer('redis', newRedis, hasRedis() ? undefined : 'there is no redis-server'),
];
