import { expect, test } from 'vitest';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { wrapStore } from '../../registry/agent/core/store.ts';
import { withOutages } from '../../registry/agent/server/server-store.ts';

test('a store that fails is said to, with its reason', async () => {
  const list = () => Promise.reject(new Error('database "moved" does not exist'));
  const store = withOutages(wrapStore(memoryStore(), { list }));
  await expect(store.list({ limit: 1 })).rejects.toThrow(
    'the store failed: database "moved" does not exist',
  );
});
