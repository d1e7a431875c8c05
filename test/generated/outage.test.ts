import { expect, test } from 'vitest';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { wrapStore } from '../../registry/agent/core/store.ts';
import { serverStore } from '../../registry/agent/server/server-store.ts';

test('an error of the store says that the store failed, and why', async () => {
  const list = () => Promise.reject(new Error('database "moved" does not exist'));
  const store = serverStore(wrapStore(memoryStore(), { list }));
  await expect(store.list({ limit: 1 })).rejects.toThrow(
    'the store failed: database "moved" does not exist',
  );
});
