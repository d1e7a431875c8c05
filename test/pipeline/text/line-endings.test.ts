import { expect, it } from 'vitest';
import { withEndingsOf } from '../../../src/pipeline/text/line-endings.ts';

it.each([
  ['LF', 'a\nb\n', 'c\nd\n'],
  ['CRLF', 'a\r\nb\r\n', 'c\r\nd\r\n'],
  ['CRLF in all lines except one', 'a\r\nb\r\nc\n', 'c\r\nd\r\n'],
  ['LF in all lines except one', 'a\nb\nc\r\n', 'c\nd\n'],
  ['one line', 'a', 'c\nd\n'],
  ['nothing', '', 'c\nd\n'],
])('where a text has %s, so has the new one', (_, other, text) => {
  expect(withEndingsOf(other, 'c\r\nd\n')).toBe(text);
});
