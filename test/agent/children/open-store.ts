import { join } from 'node:path';
import { fileStore } from '../../../registry/agent/store/file.ts';
import { memoryStore } from '../../../registry/agent/store/memory.ts';
import { postgresStore } from '../../../registry/agent/store/postgres.ts';
import { redisStore } from '../../../registry/agent/store/redis.ts';
import { sqliteStore } from '../../../registry/agent/store/sqlite.ts';
import type { Store } from '../../../registry/agent/store/store.ts';

/** Each kind by its address: a folder, or the URL of a server. `space` keeps threads apart. */
const kinds = {
  memory: () => memoryStore(),
  file: (address: string, space: string) => fileStore(join(address, space)),
  sqlite: (address: string, space: string) => sqliteStore(join(address, `${space}.db`)),
  postgres: (address: string, space: string) => postgresStore(address, `s_${space}`),
  redis: (address: string, space: string) => redisStore(address, space),
};

export type Kind = keyof typeof kinds;
export type Opened = Store & { close(): unknown };

/** The store of `kind` at `address`, in any process; opened twice, it is the same one, but for memory. */
export const openStore = (kind: Kind, address: string, space: string): Opened => ({
  close: () => {},
  ...kinds[kind](address, space),
});
