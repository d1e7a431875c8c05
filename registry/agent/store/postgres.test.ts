import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import { storeContract } from './contract.ts';
import { postgresStore } from './postgres.ts';

const url = process.env['TEST_DATABASE_URL'];
const newSchema = () => `test_${randomUUID().replaceAll('-', '')}`;

if (url) storeContract('postgres', () => postgresStore(url, newSchema()));
else test.skip('the store contract: set TEST_DATABASE_URL to a test database', () => undefined);

test.each(['', ' ', undefined])('names the variable to set for the address %j', (missing) => {
  expect(() => postgresStore(missing?.trim() ?? '')).toThrow('Set DATABASE_URL in .env');
});

test.each([
  ['a / and a # in the password', 'postgres://agent:s3cr/et#word@localhost:5432/db'],
  ['digits and a / in the password', 'postgres://agent:12/s3cr@localhost/db'],
  ['digits and a ? in the password', 'postgres://agent:12?s3cr@localhost/db'],
  ['digits and a # in the password', 'postgres://agent:12#s3cr@localhost/db'],
  ['half of an escape in the password', 'postgres://agent:s3cr%ff@localhost/db'],
  ['a port that is too high', 'postgres://agent:s3cr@localhost:99999/db'],
  ['a port that is zero', 'postgres://agent:s3cr@localhost:0/db'],
  ['a port that is a word', 'postgres://agent:s3cr@localhost/db?port=s3cr'],
  ['a space in the host', 'postgres://agent:s3cr@local host/db'],
  ['no host', 'postgres://agent:s3cr@/db'],
  ['neither a host nor a database', 'postgres://'],
  ['a scheme only', 'postgres:'],
  ['the scheme of another database', 'mysql://agent:s3cr@localhost/db'],
  ['no scheme', 'localhost:5432'],
])('refuses an address with %s, and does not tell it', (_, address) => {
  const error = errorOf(() => postgresStore(address));
  expect(error).toBeInstanceOf(Refused);
  expect(String(error)).toContain('DATABASE_URL is not an address such as postgres://');
  expect(String(error)).not.toContain('s3cr');
});

test('names a certificate that is not there', () => {
  const address = 'postgres://agent:s3cr@localhost/db?sslmode=verify-full&sslrootcert=/none.pem';
  const error = errorOf(() => postgresStore(address));
  expect(error).toBeInstanceOf(Refused);
  expect(String(error)).toMatch(/DATABASE_URL: ENOENT.*none\.pem/);
  expect(String(error)).not.toContain('s3cr');
});

test.each([
  'postgres://localhost',
  'postgresql://agent.ref:p%2Fw%23@pooler.example.com:6543/db?sslmode=verify-full',
  'postgres://agent:p@ss ü@localhost/my db',
  'postgres://agent@[::1]:5432/db',
  'postgres://ü.example/db?user=ada@example',
  `postgres://${encodeURIComponent('/var/run')}/db`,
  'postgres:///db?host=/var/run/postgresql',
  'socket:/var/run/postgresql?db=db',
])('accepts the address %s', async (address) => {
  await postgresStore(address).close();
});

test('refuses a schema that is more than a name', () => {
  expect(() => postgresStore('postgres://127.0.0.1/x', 'a; DROP TABLE b')).toThrow(
    'is not a schema name',
  );
});

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
