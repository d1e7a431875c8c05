import { expect, test } from 'vitest';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { wrapStore } from '../../registry/agent/core/store.ts';
import { timeLimitedStore } from '../../registry/agent/server/time-limited-store.ts';

test('an error of the store says that the store failed, and why', async () => {
  const list = () => Promise.reject(new Error('database "moved" does not exist'));
  const store = timeLimitedStore(wrapStore(memoryStore(), { list }));
  await expect(store.list({ limit: 1 })).rejects.toThrow(
    'the store failed: database "moved" does not exist',
  );
});
