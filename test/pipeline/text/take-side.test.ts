import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../src/pipeline/text/take-side.ts';

const conflict = (yours: string, upstream: string, base = 'base\n') =>
  `<<<<<<< yours\n${yours}||||||| base\n${base}=======\n${upstream}>>>>>>> upstream\n`;
const texts = { mine: 'm\n', theirs: 't\n' };

describe('both sides of a marked text', () => {
  it.each<[string, string, string, string, number]>([
    ['one conflict', `a\n${conflict('m\n', 't\n')}b\n`, 'a\nm\nb\n', 'a\nt\nb\n', 1],
    [
      'two',
      `${conflict('m\n', 't\n')}a\n${conflict('n\n', '')}b\n`,
      'm\na\nn\nb\n',
      't\na\nb\n',
      2,
    ],
    ['deleted lines', `a\n${conflict('', 't\n')}`, 'a\n', 'a\nt\n', 1],
    ['a marker of another tool', conflict('<<<<<<< HEAD\n', 't\n'), '<<<<<<< HEAD\n', 't\n', 1],
    [
      'a ruler outside of it',
      `=======\n${conflict('m\n', 't\n')}`,
      '=======\nm\n',
      '=======\nt\n',
      1,
    ],
  ])('with %s', (_, marked, yours, upstream, hunks) => {
    expect(sidesOf(marked, texts)).toEqual({ yours, upstream, hunks });
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(sidesOf(crlf(marked), texts)).toEqual({
      yours: crlf(yours),
      upstream: crlf(upstream),
      hunks,
    });
  });

  it.each([
    ['a conflict at its end', `a\n${conflict('m\n', 't\n')}`, 'a\nm', 'a\nt\n'],
    ['another end', `${conflict('m\n', 't\n')}a\n`, 'm\na\n', 't\na\n'],
  ])('end as the side does, with %s', (_, marked, yours, upstream) => {
    expect(sidesOf(marked, { mine: 'm', theirs: 't\n' })).toEqual({ yours, upstream, hunks: 1 });
  });

  it.each([
    ['no conflict', 'a\n'],
    ['a conflict without its base', '<<<<<<< yours\nm\n=======\nt\n>>>>>>> upstream\n'],
    ['a conflict that does not end', '<<<<<<< yours\nm\n'],
    ['a first marker before it', `<<<<<<< yours\na\n${conflict('m\n', 't\n')}`],
    ['a middle marker among the user’s lines', conflict('=======\n', 't\n')],
    ['a middle marker among upstream’s lines', conflict('m\n', '=======\n')],
    ['a middle marker in the base', conflict('m\n', 't\n', '=======\n')],
  ])('are not clear with %s', (_, marked) => {
    expect(sidesOf(marked, texts)).toBeUndefined();
  });

  it.each([
    { mine: '>>>>>>> upstream\n', theirs: '' },
    { mine: '', theirs: 'a\n>>>>>>> upstream\n' },
    { mine: '<<<<<<< yours\n', theirs: '' },
  ])('are not clear if a text had a marker before: %j', (sides) => {
    expect(sidesOf(conflict('m\n', 't\n'), sides)).toBeUndefined();
  });
});
