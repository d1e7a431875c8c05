import { describe, expect, it } from 'vitest';
import {
  conflictsIn,
  markedText,
  markerSizeFor,
  placesIn,
  splitMarked,
} from '../../../src/pipeline/text/conflict-markers.ts';

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

const texts = ['=======\n', 'a\n>>>>>>>> a\n', '  <<<<<<<<<<<<\na =========\n'];

describe('markers of a merge', () => {
  it.each<[string, readonly string[], number]>([
    ['of the usual size', ['a\n', '  =========\n'], 7],
    ['longer than each line that begins like one', texts, 9],
  ])('are %s', (_, all, size) => {
    expect(markerSizeFor(all)).toBe(size);
  });

  const like = ['=======', '<<<<<<< yours', '||||||| base', '>>>>>>> upstream', '<<<<<<< HEAD'];
  const merged = (yours: string, base: string, upstream: string) =>
    `a\n<<<<<<<< yours\n${yours}|||||||| base\n${base}========\n${upstream}>>>>>>>> upstream\nb\n`;

  it.each(like)('are told from this line in each place: %s', (line) => {
    const parts = [
      { lines: ['a'] },
      { yours: [line, 'm'], base: [line], upstream: ['t', line] },
      { lines: ['b', ''] },
    ];
    expect(splitMarked(merged(`${line}\nm\n`, `${line}\n`, `t\n${line}\n`), 8)).toEqual(parts);
  });

  it.each([
    ['without its base', '<<<<<<< yours\nm\n=======\nt\n>>>>>>> upstream\n'],
    ['without its end', '<<<<<<< yours\nm\n'],
    ['in another one', `<<<<<<< yours\na\n${one}`],
  ])('are incomplete around a conflict %s', (_, text) => {
    expect(splitMarked(text, 7)).toBeUndefined();
  });

  it('are shown in the usual size', () => {
    const text = `a\n${one}b\n${one}`;
    const parts = splitMarked(text, 7) ?? [];
    expect(markedText(parts)).toBe(text);
    expect(placesIn(parts)).toEqual([
      { line: 2, yours: ['b'], upstream: ['d'] },
      { line: 10, yours: ['b'], upstream: ['d'] },
    ]);
  });
});
