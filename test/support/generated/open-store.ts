import { join } from 'node:path';
import type { Store } from '../../../registry/agent/core/store.ts';

export type Kind = 'memory' | 'file' | 'sqlite' | 'postgres' | 'redis';

/** The address of a store, as JSON for other processes. A `space` has threads of its own. */
export type Address = {
  readonly name: Kind;
  /** A folder, or the URL of a server. */
  readonly where: string;
  readonly space: string;
};

export type Opened = Store & { close(): unknown };

/**
 * Opens the store at an address. Except for memory, all processes see the same threads there.
 * Imports the code of that kind only, so that a process starts fast.
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
