import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { mergeWiring } from '../../../src/pipeline/wiring/merge-wiring.ts';
import { caseOf, styles, type Case, type File, type Kinds, type Style } from './wiring-corpus.ts';
import { judge, type Judged } from './wiring-judge.ts';

const seeds = Array.from({ length: 340 }, (_, index) => index + 1);
const [plain, ...formatted] = Object.keys(styles) as [Style, ...Style[]];

/** Each seed as rendered, and in one of the formatted styles. */
async function casesOf(
  file: File,
  kinds: Kinds,
  some: readonly number[],
): Promise<readonly Case[]> {
  const stylesOf = (seed: number) => [plain, formatted[seed % formatted.length] ?? plain];
  const all = some.flatMap((seed) =>
    stylesOf(seed).map((style) => caseOf(seed, file, style, kinds)),
  );
  return (await Promise.all(all)).filter((one) => one !== undefined);
}

/** What to look at when one is wrong: the seed first, which makes it again. */
function wrongOnes(judged: readonly Judged[]): readonly object[] {
  const wrong = judged.filter(({ verdict }) => verdict === 'wrong');
  return wrong.map(({ seed, style, what, edits, faults }) => ({
    seed,
    style,
    what,
    edits,
    faults,
  }));
}

/** The share of clean merges, from 0 to 1, where there was a right one. */
function cleanOf(judged: readonly Judged[], adds: boolean): number {
  const possible = judged.filter((one) => one.adds === adds && one.verdict !== 'clash');
  return possible.filter(({ verdict }) => verdict === 'right').length / possible.length;
}

describe.each(['agent.ts', 'tools.ts'] as const)('wiring merged into %s', (file) => {
  it('is never wrong, and seldom a conflict, after the edits that people make', async () => {
    const judged = await judge(mergeWiring(mergeTexts), await casesOf(file, 'usual', seeds));
    expect(wrongOnes(judged)).toEqual([]);
    expect(judged.length).toBeGreaterThan(500);
    expect(cleanOf(judged, true)).toBeGreaterThanOrEqual(0.98);
    expect(cleanOf(judged, false)).toBeGreaterThanOrEqual(0.85);
  });

  it('is never wrong after odd edits', async () => {
    const judged = await judge(
      mergeWiring(mergeTexts),
      await casesOf(file, 'odd', seeds.slice(0, 100)),
    );
    expect(wrongOnes(judged)).toEqual([]);
  });
});
