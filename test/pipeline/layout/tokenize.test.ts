import { expect, it } from 'vitest';
import { tokenize } from '../../../src/pipeline/layout/tokenize.ts';

it.each([
  ['may be before a closing bracket', 'a(b)', 'a ( b ?, ) ?;'],
  ['may be before the end of a list of types', 'a<b<c>>()', 'a < b < c ?, > ?, > ( ) ?;'],
  ['is never before an operator', 'a > b', '?(( a > b ?)) ?;'],
  ['is never before a bracket in a template', '`)`', '` text ) ` ?;'],
  ['is never before a bracket in the text of JSX', '<a>)</a>', '< a > text ) < / a > ?;'],
])('a comma that may be left out %s', (_, text, expected) => {
  const keys = tokenize(text, 'tsx')?.tokens.map(({ key }) => key);
  expect(keys?.join(' ')).toBe(expected);
});
