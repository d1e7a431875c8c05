import { expect, it } from 'vitest';
import { closestBase } from '../../../src/pipeline/decide/closest-base.ts';

const raw = { base: 'a\nb\nc\n', theirs: 'raw' };
const formatted = { base: 'a;\nb;\nc;\n', theirs: 'formatted' };

it.each([
  ['the raw pair for an unedited text', 'a\nb\nc\n', 'raw'],
  ['the formatted pair for a formatted text', 'a;\nb;\nc;\n', 'formatted'],
  ['the formatted pair for one that was edited since', 'a;\nnew;\nb;\nc;\n', 'formatted'],
  ['the raw pair for one that was edited only', 'a\nnew\nb\nc\n', 'raw'],
  ['the first on a tie', 'nothing of both\n', 'raw'],
  ['the same pair whatever the line endings', 'a;\r\nb;\r\nc;\r\n', 'formatted'],
  ['a line as often as it occurs', 'a;\nb;\na\nb\nc\nc\n', 'raw'],
])('takes %s', (_, mine, theirs) => {
  expect(closestBase(mine, [raw, formatted]).theirs).toBe(theirs);
});

it('has nothing to choose from without pairs', () => {
  expect(() => closestBase('a', [])).toThrow(RangeError);
});
