import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { storeContract } from './contract.ts';
import { postgresStore } from './postgres.ts';

const url = process.env['TEST_DATABASE_URL'];
const newSchema = () => `test_${randomUUID().replaceAll('-', '')}`;

if (url) storeContract('postgres', async () => postgresStore(url, newSchema()));
else test.skip('the store contract: set TEST_DATABASE_URL to a test database', () => {});

test.each(['', ' ', undefined])('names the variable to set for the address %j', (missing) => {
  expect(() => postgresStore(missing?.trim() ?? '')).toThrow('Set DATABASE_URL in .env');
});

test('refuses a schema that is more than a name', () => {
  expect(() => postgresStore('postgres://127.0.0.1/x', 'a; DROP TABLE b')).toThrow(
    'is not a schema name',
  );
});
