import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import { storeContract } from './contract.ts';
import { redisStore } from './redis.ts';

const url = process.env['TEST_REDIS_URL'];

if (url) storeContract('redis', () => redisStore(url, `test:${randomUUID()}`));
else test.skip('the store contract: set TEST_REDIS_URL to a Redis for tests', () => undefined);

test('says why Redis cannot be reached', { timeout: 30_000 }, async () => {
  const store = redisStore('redis://127.0.0.1:1');
  await expect(store.load('t')).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
  await store.close();
});

test.each(['', ' '])('names the variable to set for the address %j', (missing) => {
  expect(() => redisStore(missing.trim())).toThrow('Set REDIS_URL in .env');
});

test.each([
  ['a / and a # in the password', 'redis://default:s3cr/et#word@127.0.0.1:6379/0'],
  ['digits and a / in the password', 'redis://default:12/s3cr@127.0.0.1'],
  ['digits and a ? in the password', 'redis://default:12?s3cr@127.0.0.1'],
  ['a % in the password', 'redis://default:s3cr%@127.0.0.1'],
  ['a port that is too high', 'redis://:s3cr@127.0.0.1:99999'],
  ['a port that is a word', 'redis://127.0.0.1?port=s3cr'],
  ['a database that is not a number', 'redis://127.0.0.1/s3cr'],
  ['a space in the host', 'redis://:s3cr@local host'],
  ['a host that is not ASCII', 'redis://:s3cr@ü.example'],
  ['no host', 'redis://'],
  ['a scheme only', 'redis:'],
  ['no scheme', 'localhost:6379'],
])('refuses an address with %s, and does not tell it', (_, address) => {
  const error = errorOf(() => redisStore(address));
  expect(error).toBeInstanceOf(Refused);
  expect(String(error)).toContain('REDIS_URL is not an address such as redis://');
  expect(String(error)).not.toContain('s3cr');
});

test.each([
  'redis://127.0.0.1',
  'rediss://default:p%2Fw%23@redis.example.com:6380/1',
  'redis://:p@ss ü@[::1]:6379',
  '/var/run/redis.sock',
])('accepts the address %s', (address) => {
  expect(() => redisStore(address)).not.toThrow();
});

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
