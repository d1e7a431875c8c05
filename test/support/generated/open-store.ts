import { join } from 'node:path';
import type { Store } from '../../../registry/agent/core/store.ts';

export type Kind = 'memory' | 'file' | 'sqlite' | 'postgres' | 'redis';

/** Where a store is, in words that another process understands. `space` keeps threads apart in one place. */
export type Address = {
  readonly name: Kind;
  /** A folder, or the URL of a server. */
  readonly where: string;
  readonly space: string;
};

export type Opened = Store & { close(): unknown };

/**
 * The store at an address, in any process; opened twice, it is the same one, but for memory. Loads the code of that
 * kind only: a process should start fast.
 */
export async function openStore({ name, where, space }: Address): Promise<Opened> {
  switch (name) {
    case 'memory': {
      const { memoryStore } = await import('../../../registry/agent/store/memory.ts');
      return { ...memoryStore(), close: () => undefined };
    }
    case 'file': {
      const { fileStore } = await import('../../../registry/agent/store/file.ts');
      return { ...fileStore(join(where, space)), close: () => undefined };
    }
    case 'sqlite': {
      const { sqliteStore } = await import('../../../registry/agent/store/sqlite.ts');
      return sqliteStore(join(where, `${space}.db`));
    }
    case 'postgres': {
      const { postgresStore } = await import('../../../registry/agent/store/postgres.ts');
      return postgresStore(where, `s_${space}`);
    }
    case 'redis': {
      const { redisStore } = await import('../../../registry/agent/store/redis.ts');
      return redisStore(where, space);
    }
    default:
      return name satisfies never;
  }
}
