import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { storeContract } from './contract.ts';
import { postgresStore } from './postgres.ts';

const url = process.env['TEST_DATABASE_URL'];
const newSchema = () => `test_${randomUUID().replaceAll('-', '')}`;

if (url) storeContract('postgres', async () => postgresStore(url, newSchema()));
else
  test.skip('the store contract: set TEST_DATABASE_URL to a PostgreSQL that tests may write to', () => {});

test.each(['', ' ', undefined])('with the address %j, it says which variable to set', (missing) => {
  expect(() => postgresStore(missing?.trim() ?? '')).toThrow('Put DATABASE_URL into .env');
});

test('a schema is a name, and nothing else', () => {
  expect(() => postgresStore('postgres://127.0.0.1/x', 'a; DROP TABLE b')).toThrow(
    'is no name of a schema',
  );
});
