import { expect, test } from 'vitest';
import { inexactNumber } from './json.ts';

test.each([
  '0',
  '-0',
  '0e400',
  '123456789012345',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740994',
  '100000000000000000000',
  '1e20',
  '1E+20',
  '6.02214076e23',
  '0.1',
  '0.30000000000000004',
  '0.10000000000000001',
  '1.5000000000000000000000000',
  '1.7976931348623157e308',
  '2.2250738585072014e-308',
  '5e-324',
])('%s is kept exactly', (number) => {
  expect(inexactNumber(number)).toBeUndefined();
  expect(inexactNumber(`{"a":[true,${number}]}`)).toBeUndefined();
});

test.each([
  '9007199254740993',
  '-9007199254740993',
  '2512292042121000001',
  '2512292042121000001.0',
  '1152921504606846976',
  '2512292042121000001e0',
  '1234567890123.4567',
  '12345678901234567.5',
  '0.1000000000000000055511151231257827',
  '3.14159265358979323846',
  '1e400',
  '-1e309',
  '1e-400',
  '1.23456789e-320',
])('%s would be rounded, wherever it is', (number) => {
  const why = `${number} cannot be kept exactly as a number`;
  const texts = [
    number,
    `[${number}]`,
    `{"a":${number}}`,
    `{"a": ${number} }`,
    `[1,"1",false,${number},1]`,
    `{"\\"":${number}}`,
    `{"\\\\":${number}}`,
    `["\\\\\\"",\n${number}\n]`,
  ];
  expect(texts.map(inexactNumber)).toEqual(texts.map(() => why));
});

test.each([
  '"2512292042121000001"',
  '{"2512292042121000001":"9007199254740993"}',
  '"\\",2512292042121000001,"',
  '["\\\\\\",1e400",":1e400,"]',
  '{"at":"2026-01-01T00:00:00.000000000Z","id":"7e400-4e999"}',
  '"',
  '"\\',
  '',
])('the digits of a text are no number: %s', (json) => {
  expect(inexactNumber(json)).toBeUndefined();
});

test('a number of a million digits is named by its first ones', () => {
  const digits = '10'.repeat(500_000);
  const why = `${digits.slice(0, 40)} cannot be kept exactly as a number`;
  expect(inexactNumber(`[${digits}]`)).toBe(why);
});

test('each double that JSON prints is exact, also with 17 digits if it is a fraction', () => {
  const doubles = [1 / 3, Math.PI, 2 ** 60, 1e21, 2 ** -1074, Number.MAX_VALUE, 1.1e-7, 123e14];
  for (const double of doubles) {
    expect(inexactNumber(JSON.stringify([double, -double]))).toBeUndefined();
    if (!Number.isInteger(double)) {
      expect(inexactNumber(double.toPrecision(17))).toBeUndefined();
    }
  }
});
