import { expect, it } from 'vitest';
import { columns, wrap } from '../../src/ui/wrap.ts';

it.each([
  ['a b c', 3, ['a b', 'c']],
  ['short', 80, ['short']],
  ['a-very-long-word b', 4, ['a-very-long-word', 'b']],
  ['', 10, ['']],
])('%j in %i characters', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

const rows = [
  ['npm start', 'talk to it'],
  ['cd x', ''],
] as const;

it.each([
  [40, ['npm start   talk to it', 'cd x']],
  [14, ['npm start', '  talk to it', 'cd x']],
  [Infinity, ['npm start   talk to it', 'cd x']],
])('rows in %i characters', (width, lines) => {
  expect(columns(rows, width)).toEqual(lines);
});

it('a second column that is too long goes on beside the first', () => {
  const long = 'a word '.repeat(8).trim();
  expect(columns([['name', long]], 50)).toEqual([
    'name   a word a word a word a word a word a word a',
    '       word a word',
  ]);
});
