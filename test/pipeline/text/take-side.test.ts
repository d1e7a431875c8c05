import { describe, expect, it } from 'vitest';
import { sidesOf } from '../../../src/pipeline/text/take-side.ts';
import type { Part } from '../../../src/pipeline/text/merge.ts';

const hunk = (yours: readonly string[], upstream: readonly string[]): Part => ({
  yours,
  base: ['base'],
  upstream,
});
const texts = { mine: 'm\n', theirs: 't\n' };
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const end: Part = { lines: [''] };

describe('both sides of a merge', () => {
  it.each<[string, readonly Part[], string, string]>([
    [
      'one conflict',
      [{ lines: ['a'] }, hunk(['m'], ['t']), { lines: ['b', ''] }],
      'a\nm\nb\n',
      'a\nt\nb\n',
    ],
    ['two', [hunk(['m'], ['t']), { lines: ['a'] }, hunk(['n'], []), end], 'm\na\nn\n', 't\na\n'],
    ['deleted lines', [{ lines: ['a'] }, hunk([], ['t']), end], 'a\n', 'a\nt\n'],
  ])('with %s', (_, parts, yours, upstream) => {
    expect(sidesOf(parts, texts)).toMatchObject({ yours, upstream });
    const sides = { yours: crlf(yours), upstream: crlf(upstream) };
    expect(sidesOf(parts, { mine: 'm\r\n', theirs: 't\n' })).toMatchObject(sides);
  });

  it.each<[string, readonly Part[], string, string]>([
    ['a conflict at its end', [{ lines: ['a'] }, hunk(['m'], ['t']), end], 'a\nm', 'a\nt\n'],
    ['another end', [hunk(['m'], ['t']), { lines: ['a', ''] }], 'm\na\n', 't\na\n'],
  ])('end as the side does, with %s', (_, parts, yours, upstream) => {
    expect(sidesOf(parts, { mine: 'm', theirs: 't\n' })).toMatchObject({ yours, upstream });
  });
});
