import { describe, expect, it } from 'vitest';
import { conflictsIn, versionsIn } from '../../../src/pipeline/text/conflict-markers.ts';

const one = '<<<<<<< yours\nb\n||||||| base\nc\n=======\nd\n>>>>>>> upstream\n';

describe('conflicts', () => {
  it.each([
    ['none in a text without', 'a\nb\n', []],
    ['one, by its lines', `a\n${one}`, [{ from: 2, to: 8 }]],
    [
      'two',
      `${one}a\n${one}`,
      [
        { from: 1, to: 7 },
        { from: 9, to: 15 },
      ],
    ],
    ['one without a base', '<<<<<<< yours\nb\n=======\nd\n>>>>>>> upstream', [{ from: 1, to: 5 }]],
    ['one in CRLF', one.replaceAll('\n', '\r\n'), [{ from: 1, to: 7 }]],
    ['none of git’s own', one.replace(' yours', ' HEAD').replace(' upstream', ' main'), []],
    ['none that is quoted', one.replaceAll(/^/gm, '> '), []],
    ['the last beginning counts', `<<<<<<< yours\n${one}`, [{ from: 2, to: 8 }]],
  ])('there are %s', (_, text, found) => {
    expect(conflictsIn(text)).toEqual(found);
  });
});

describe('both versions', () => {
  it.each([
    ['of a place', one, ['b'], ['d']],
    ['of a place without a base', one.replace('||||||| base\nc\n', ''), ['b'], ['d']],
    ['of a place in CRLF', one.replaceAll('\n', '\r\n'), ['b'], ['d']],
    ['where mine has nothing', one.replace('b\n', ''), [], ['d']],
    ['where upstream has nothing', one.replace('d\n', ''), ['b'], []],
    [
      'where mine has a line of equals signs',
      one.replace('b\n', 'b\n=======\n'),
      ['b', '======='],
      ['d'],
    ],
    [
      'where upstream has a line of equals signs',
      one.replace('d\n', 'd\n=======\n'),
      ['b'],
      ['d', '======='],
    ],
    ['where an older git names the base', one.replace('| base', '| base\n'), ['b'], ['d']],
  ])('%s', (_, text, yours, upstream) => {
    expect(versionsIn(text)).toEqual([{ line: 1, yours, upstream }]);
  });
});
