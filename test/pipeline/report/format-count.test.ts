import { expect, it } from 'vitest';
import { formatCount } from '../../../src/pipeline/report/format-count.ts';

it.each([
  [0, '0 files'],
  [1, '1 file'],
  [2, '2 files'],
])('%i of a noun', (count, text) => {
  expect(formatCount(count, 'file')).toBe(text);
});
