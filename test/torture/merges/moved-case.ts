import { decide } from '../../../src/pipeline/decide/decide.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import { followMoves } from '../../../src/pipeline/decide/follow-moves.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { foldTexts } from '../../../src/pipeline/moves/fold-texts.ts';
import { followImports } from '../../../src/pipeline/moves/follow-imports.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { file, installed, lock, locked, wanted } from '../../support/pipeline/fixtures.ts';
import { tagged } from './edits.ts';
import type { MergeCase } from './merge-case.ts';
import { countOf } from './merge-judge.ts';

const to = 'src/agent/some/other/place.ts';
const olds = ['src/agent/zza.ts', 'src/agent/zzb.ts'] as const;

/** A case as it is after a move, its decision, and what the move alone did wrong. */
export type MovedCase = {
  readonly one: MergeCase;
  readonly decision: Decision | undefined;
  readonly faults: readonly string[];
};

/** Decides a case whose file upstream also moved to another folder. */
export async function decideMoved(one: MergeCase): Promise<MovedCase> {
  const follow = (text: string) => followImports(text, { from: olds[0], to }, new Map());
  const theirs = follow(one.theirs);
  const { mine = '', decision } = await decideAfterMove([one], theirs);
  const expected = one.expected === undefined ? undefined : follow(one.expected);
  return {
    one: { ...one, base: follow(one.base), mine, theirs, expected },
    decision,
    faults: withoutStrings(mine) === withoutStrings(one.mine) ? [] : ['more than imports follow'],
  };
}

/** Decides two cases whose files upstream also folded into one. */
export async function decideFolded(first: MergeCase, second: MergeCase): Promise<MovedCase> {
  const cases = [first, second];
  const fold = (side: 'base' | 'theirs') => foldTexts(followed(cases, side), new Set());
  const theirs = fold('theirs');
  const { mine = '', decision } = await decideAfterMove(cases, theirs);
  const base = fold('base');
  const edits = (side: 'user' | 'upstream', text: string) => {
    const moved = cases.flatMap((one) => [...(one[side]?.moved ?? [])]);
    return {
      lines: [],
      done: [],
      moved: new Set([...moved, ...importsThatFoldingMoved(base, text)]),
    };
  };
  return {
    one: {
      ...first,
      name: `${first.name} + ${second.name}`,
      how: `${first.how} + ${second.how}`,
      base,
      mine,
      theirs,
      user: edits('user', mine),
      upstream: edits('upstream', theirs),
      isReformatted: true,
      expected: undefined,
    },
    decision,
    faults: lostTags(cases, mine),
  };
}

/**
 * Returns the imports that are elsewhere in the folded text of one side: an import stays in the
 * body if that side put code before it. Code itself never moves by folding.
 */
function importsThatFoldingMoved(base: string, side: string): readonly string[] {
  const lines = [base, side].map((text) => text.split('\n'));
  const counts = lines.map(countOf);
  const isShared = (line: string) => counts.every((count) => count.get(line) === 1);
  const [was = [], now = []] = lines.map((all) => all.filter(isShared));
  return now.filter((line, index) => line !== was[index] && /^(import\b|\} from )/.test(line));
}

function followed(cases: readonly MergeCase[], side: 'base' | 'theirs'): readonly string[] {
  return cases.map((one, n) =>
    followImports(one[side], { from: olds[n] ?? olds[0], to }, new Map()),
  );
}

async function decideAfterMove(cases: readonly MergeCase[], theirs: string) {
  const from = olds.slice(0, cases.length);
  const entries = cases.map((one, n) => [olds[n] ?? olds[0], one] as const);
  const files = entries.map(
    ([path, { base }]) => [path, locked(base, { written: hash('never') })] as const,
  );
  const onDisk: Project = {
    lock: lock({ components: { loop: installed() }, files: Object.fromEntries(files) }),
    bases: new Map(cases.map(({ base }) => [hash(base), base])),
    disk: new Map(entries.map(([path, { mine }]) => [path, mine])),
    obstacles: new Map(),
  };
  const move = { from, to, givers: ['loop'], taker: 'loop' };
  const moves = { pending: [move], all: new Map<string, string>(), aliases: () => [] };
  const after = followMoves(wanted([file(to, theirs)]), onDisk, moves);
  const tools = {
    merge: mergeTexts,
    specifiers: '.ts',
    format: (texts: readonly { readonly text: string }[]) =>
      Promise.all(texts.map(async ({ text }) => await cases[0]?.format(text))),
  } as const;
  const [decision] = await decide(after.wanted, after.project, tools);
  return { mine: after.project.disk.get(to), decision };
}

const withoutStrings = (text: string): string => text.replaceAll(/(['"])[^'"\n]*\1/g, '');

/** Every tag of the user's files is in the one that they became, as often. */
function lostTags(cases: readonly MergeCase[], mine: string): readonly string[] {
  const all = cases.flatMap((one) => one.mine.match(tagged) ?? []).toSorted();
  const kept = (mine.match(tagged) ?? []).toSorted();
  return all.join() === kept.join() ? [] : ['the fold lost a tag of the user'];
}
