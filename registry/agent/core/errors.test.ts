import { expect, test } from 'vitest';
import { oneLine } from './errors.ts';

const circular: Record<string, unknown> = {};
circular['self'] = circular;

test.each([
  ['its message', new Error('the disk is full'), 'the disk is full'],
  ['several lines', new Error('one\n\n   two\tthree'), 'one two three'],
  ['no message', new TypeError(), 'TypeError'],
  ['no error', 'just text', 'just text'],
  ['nothing', '', 'failed without a message'],
  ['undefined', undefined, 'failed without a message'],
  ['null', null, 'failed without a message'],
  ['a number', 0, '0'],
  ['a symbol', Symbol('no'), 'Symbol(no)'],
  ['an object with a message', { message: 'quota exceeded', code: 7 }, 'quota exceeded'],
  ['any other object', { code: 7 }, '{"code":7}'],
  ['what cannot be made a text', circular, 'failed without a message'],
  [
    'a message that cannot be, either',
    { message: Object.create(null) },
    'failed without a message',
  ],
])('an error is one line: %s', (_, error, line) => {
  expect(oneLine(error)).toBe(line);
});

test.each([
  ['that is cut', 'Sandal/1234', `${'x'.repeat(290)} Sandal/1234`],
  ['with two spaces', 'two  spaces pass', 'a two  spaces pass'],
  ['of two lines', 'line number one\nline two', 'no: line number one\nline two'],
])('no part of a secret %s is in the line', (_, secret, message) => {
  const line = message.replace(secret, '[secret]');
  expect(oneLine(new Error(message), [secret])).toBe(line);
});

test('a long error keeps its start', () => {
  const line = oneLine(new Error(`the cause, then ${'x'.repeat(9_000)}`));
  expect(line).toHaveLength(300);
  expect(line).toMatch(/^the cause, then x+…$/);
});
