import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { decide, type Tools } from '../../../src/pipeline/decide/decide.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { file, installed, lock, locked, wanted } from '../../support/pipeline/fixtures.ts';
import { randomOf } from '../../support/random.ts';
import { faultsAfterSkip } from './after-skip.ts';
import { faultsOfSides } from './judge-sides.ts';
import { faultsOf } from './merge-judge.ts';
import { mergeCase, type MergeCase } from './merge-case.ts';
import { decideFolded, decideMoved, type MovedCase } from './moved-case.ts';
import { eachCase, figure, openCounter, type Row, seedOf, type Share, type Tally } from '../row.ts';

const total = 12_000;
const path = 'src/agent/core/loop.ts';

/** Real files, edited by the user and by upstream, merged by the real merge. */
export const merges: Row = {
  name: 'merge',
  about: 'real files, edited on both sides',
  bar: '>= 10,000, 0 lost user lines, 0 wrong',
  weight: 2,
  run,
  judge: (tally, isWhole) => {
    const kinds = ['merged', 'conflict', 'take-theirs', 'keep-mine', 'unchanged'];
    const said = kinds.map((kind) => `${figure(tally, kind)} ${kind}`).join(', ');
    const missed = isWhole && tally.count < 10_000 ? ['too few'] : [];
    return {
      result:
        `${said}; ${figure(tally, 'moved')} moved, ${figure(tally, 'folded')} folded; ` +
        `${figure(tally, 'by hunk')} by hunk, ${figure(tally, 'as a whole')} as a whole; ` +
        `${figure(tally, 'needless')} of ${figure(tally, 'apart')} apart in conflict`,
      missed,
    };
  },
};

async function run(share: Share): Promise<Tally> {
  const { add, fail, tally } = openCounter();
  const count = await eachCase(share, total, async (n) => {
    const { one, decision, faults: moveFaults } = await decideCase(share, n);
    if (!decision) return fail(`case ${n}: nothing was decided`);
    if (n % 3 > 0) add(n % 3 === 1 ? 'moved' : 'folded');
    add(decision.action.kind);
    if (one.expected !== undefined) add('apart');
    if (one.expected !== undefined && decision.action.kind === 'conflict') add('needless');
    const { action } = decision;
    if (action.kind === 'conflict') add(action.sides ? 'by hunk' : 'as a whole');
    const faults = [
      ...moveFaults,
      ...faultsOf(one, decision),
      ...faultsOfSides(decision),
      ...(await faultsAfterSkip(one, decision, toolsOf(one), randomOf(seedOf(share, n)))),
    ];
    if (faults.length > 0)
      fail(
        `case ${n}: ${one.name} (${one.how}; ` +
          `${decision.action.kind}): ${faults.slice(0, 3).join(' | ')}`,
      );
  });
  return tally(count);
}

/** Every third file moves too, and every third one is folded with another one. */
async function decideCase(share: Share, n: number): Promise<MovedCase> {
  const one = await mergeCase(seedOf(share, n));
  if (n % 3 === 1) return decideMoved(one);
  if (n % 3 === 2) return decideFolded(one, await mergeCase(seedOf(share, n + total)));
  const [decision] = await decideOne(one);
  return { one, decision, faults: [] };
}

function decideOne(one: MergeCase) {
  const { base, mine, theirs } = one;
  const before = locked(base, { written: hash('never') });
  const project: Project = {
    lock: lock({ components: { loop: installed() }, files: { [path]: before } }),
    bases: new Map([[hash(base), base]]),
    disk: new Map([[path, mine]]),
    obstacles: new Map(),
  };
  return decide(wanted([file(path, theirs)]), project, toolsOf(one));
}

function toolsOf({ format }: MergeCase): Tools {
  return {
    merge: mergeTexts,
    specifiers: '.ts',
    format: (files) => Promise.all(files.map(({ text }) => format(text))),
  };
}
