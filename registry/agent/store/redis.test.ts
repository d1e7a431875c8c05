import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { storeContract } from './contract.ts';
import { redisStore } from './redis.ts';

const url = process.env['TEST_REDIS_URL'];

if (url) storeContract('redis', async () => redisStore(url, `test:${randomUUID()}`));
else test.skip('the store contract: set TEST_REDIS_URL to a Redis for tests', () => {});

test('says why Redis cannot be reached', { timeout: 30_000 }, async () => {
  const store = redisStore('redis://127.0.0.1:1');
  await expect(store.load('t')).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
  await store.close();
});

test.each(['', ' '])('names the variable to set for the address %j', (missing) => {
  expect(() => redisStore(missing.trim())).toThrow('Set REDIS_URL in .env');
});
