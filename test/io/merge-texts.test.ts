import { expect, it } from 'vitest';
import { mergeTexts } from '../../src/io/merge-texts.ts';

const numbered = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const base = numbered(['1', '2', '3', '4', '5', '6', '7']);

it('keeps both edits where they do not touch', async () => {
  const merged = await mergeTexts(base, base.replace('1', 'one'), base.replace('7', 'seven'));
  expect(merged).toEqual({ kind: 'merged', text: base.replace('1', 'one').replace('7', 'seven') });
});

it('keeps a missing last newline', async () => {
  expect(await mergeTexts('a\nb\nc\nd\ne', 'A\nb\nc\nd\ne', 'a\nb\nc\nd\ne')).toEqual({
    kind: 'merged',
    text: 'A\nb\nc\nd\ne',
  });
});

it('is a conflict where both edits meet', async () => {
  expect(await mergeTexts(base, base.replace('4', 'vier'), base.replace('4', 'quatre'))).toEqual({
    kind: 'conflict',
    why: 'both changed the same lines',
    parts: [
      { lines: ['1', '2', '3'] },
      { yours: ['vier'], base: ['4'], upstream: ['quatre'] },
      { lines: ['5', '6', '7', ''] },
    ],
  });
});

it.each(['=======', '>>>>>>> upstream', '|'.repeat(30), '<<<<<<< HEAD'])(
  'splits a conflict around a line that looks like a marker: %s',
  async (line) => {
    const texts: readonly (readonly [string, string, string])[] = [
      ['four', `vier\n${line}\nmehr`, `${line}\nquatre`],
      [`${line}\nfour`, 'vier', `${line}\nquatre\n${line}`],
    ];
    const parts = [{ lines: ['1', '2', '3'] }, {}, { lines: ['5', '6', '7', ''] }];
    for (const [was, mine, theirs] of texts) {
      const merge = mergeTexts(
        base.replace('4', was),
        base.replace('4', mine),
        base.replace('4', theirs),
      );
      expect(await merge).toMatchObject({ kind: 'conflict', parts });
    }
  },
);
