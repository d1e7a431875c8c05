import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { mergeWiring } from '../../../src/pipeline/wiring/merge-wiring.ts';
import { caseOf, styles, type Style } from './wiring-corpus.ts';
import { judge } from './wiring-judge.ts';
import { eachCase, figure, openCounter, type Row, type Share, type Tally } from '../row.ts';

const batches = 30;
const seedsInBatch = 20;
const files = ['agent.ts', 'tools.ts'] as const;
const [plain, ...formatted] = Object.keys(styles) as [Style, ...Style[]];

/** The composition root, edited by the user and rewired by us. */
export const wirings: Row = {
  name: 'wiring',
  about: 'wiring merged into edited files',
  bar: '0 wrong, adds >= 98 %, removes >= 85 % clean',
  weight: 1,
  run,
  judge: (tally, isWhole) => {
    const [adds, removes] = [shareOf(tally, 'adds'), shareOf(tally, 'removes')];
    const missed = [
      ...(adds.low(0.98, isWhole) ? ['too few adds clean'] : []),
      ...(removes.low(0.85, isWhole) ? ['too few removes clean'] : []),
    ];
    return {
      result: `adds ${adds.said}; removes ${removes.said}; odd edits ${shareOf(tally, 'odd').said}`,
      missed,
    };
  },
};

async function run(share: Share): Promise<Tally> {
  const { add, fail, tally } = openCounter();
  let merges = 0;
  await eachCase(share, batches, async (n) => {
    const first = Math.abs(share.seed % 100_000) * 1000 + n * seedsInBatch + 1;
    const seeds = Array.from({ length: seedsInBatch }, (_, at) => first + at);
    for (const kinds of ['usual', 'odd'] as const) {
      const wishes = seeds.flatMap((seed) =>
        files.flatMap((file) =>
          [plain, formatted[seed % formatted.length] ?? plain].map((style) =>
            caseOf(seed, file, style, kinds),
          ),
        ),
      );
      const judged = await judge(
        mergeWiring(mergeTexts),
        (await Promise.all(wishes)).filter((one) => one !== undefined),
      );
      merges += judged.length;
      for (const { verdict, adds, seed, file, style, what, edits, faults } of judged) {
        add(`${kinds === 'odd' ? 'odd' : adds ? 'adds' : 'removes'} ${verdict}`);
        if (verdict === 'wrong')
          fail(`case ${n}: ${JSON.stringify({ seed, file, style, kinds, what, edits, faults })}`);
      }
    }
  });
  return tally(merges);
}

/**
 * How many were clean of those that could be; `low` allows a slice what chance may do to a small
 * number.
 */
function shareOf(tally: Tally, what: string) {
  const [right, conflict, clash] = ['right', 'conflict', 'clash'].map((one) =>
    figure(tally, `${what} ${one}`),
  );
  const possible = (right ?? 0) + (conflict ?? 0) + figure(tally, `${what} wrong`);
  const clean = possible === 0 ? 1 : (right ?? 0) / possible;
  return {
    said:
      `${(clean * 100).toFixed(1)} % clean (${right} ` +
      `right, ${conflict} conflicts, ${clash} clashes)`,
    low: (bar: number, isWhole: boolean) =>
      clean < bar - (isWhole ? 0 : 3 * Math.sqrt((bar * (1 - bar)) / Math.max(1, possible))),
  };
}
