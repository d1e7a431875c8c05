import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { decide, type Tools } from '../../../src/pipeline/decide/decide.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { recordRefused } from '../../../src/pipeline/decide/refused-hunks.ts';
import { resolveConflict } from '../../../src/pipeline/decide/resolve-conflict.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { lf } from '../../../src/pipeline/text/line-endings.ts';
import { file, installed, lock, locked, wanted } from '../../support/pipeline/fixtures.ts';
import type { Random } from '../../support/random.ts';
import { editLines, tagged, textOf } from './edits.ts';
import { textAfter } from './judge-sides.ts';
import type { MergeCase } from './merge-case.ts';

const merges = { merge: mergeTexts, byLines: mergeTexts };

/**
 * What is wrong after a conflict was skipped: the next update must not ask the same question and
 * write nothing, the one after it must lose nothing, and naming the component must take all that
 * was refused.
 */
export async function faultsAfterSkip(
  one: MergeCase,
  decision: Decision,
  tools: Tools,
  random: Random,
): Promise<readonly string[]> {
  if (decision.action.kind !== 'conflict') return [];
  const skipped = await recordRefused(resolveConflict(decision, 'skip'), merges);
  const { refused, path } = skipped;
  if (refused?.taken === undefined) return ['a skipped conflict is not recorded'];
  const mine = textAfter(skipped);
  const { hunks, mine: then = '' } = refused;
  const record = { taken: refused.hash, refused: { hunks, mine: then } };
  const entry = { base: hash(one.theirs), written: hash('never'), ...record };
  const project: Project = {
    lock: lock({ components: { loop: installed() }, files: { [path]: locked('', entry) } }),
    bases: new Map([one.theirs, refused.taken].map((text) => [hash(text), text])),
    disk: new Map([[path, mine]]),
    obstacles: new Map(),
  };
  const decideOn = async (theirs: string, named = new Set<string>()) => {
    const [next] = await decide(wanted([file(path, theirs)]), project, tools, false, named);
    return next;
  };
  return [
    ...faultsOfSame(await decideOn(one.theirs), refused.hunks),
    ...faultsOfNext(await decideOn(textOf(editLines(one.theirs, 't', random, true).lines)), mine),
    ...faultsOfNamed(await decideOn(one.theirs, new Set(['loop'])), decision, mine),
  ];
}

function faultsOfSame(same: Decision | undefined, hunks: number): readonly string[] {
  const { kind } = same?.action ?? {};
  if (kind !== 'keep-mine') return [`the same version again: ${kind}`];
  const listed = same?.refused?.hunks ?? 0;
  return listed === hunks ? [] : [`${listed} of ${hunks} refused hunks are listed`];
}

function faultsOfNext(next: Decision | undefined, mine: string): readonly string[] {
  if (!next) return ['nothing was decided'];
  if (next.action.kind === 'take-theirs') return ['the next version overwrites the edited file'];
  const text = next.action.kind === 'conflict' ? next.action.sides?.marked : textAfter(next);
  const lost = usersTags(mine).find((tag) => !lf(text ?? '').includes(tag));
  return lost === undefined ? [] : [`the next version loses ${lost}`];
}

/** Overwriting a named component writes all that upstream's text has. */
function faultsOfNamed(
  named: Decision | undefined,
  first: Decision,
  mine: string,
): readonly string[] {
  const { kind = 'none' } = named?.action ?? {};
  // In another layout the same lines may merge, or say what the user's text says already.
  const right = ['conflict', 'merged', 'keep-mine'];
  // A text of which only the look changed has nothing of the user to keep.
  if (usersTags(mine).length === 0) right.push('take-theirs');
  if (!named || !right.includes(kind)) return [`named: ${kind}`];
  const text = textAfter(resolveConflict(named, 'overwrite'));
  const wanted = new Set(first.adaptedTheirs?.match(/zqt\d+/g));
  const missing = [...wanted].find((tag) => !text.includes(tag));
  return missing === undefined ? [] : [`overwriting by name lacks ${missing}`];
}

function usersTags(text: string): readonly string[] {
  return (text.match(tagged) ?? []).filter((tag) => tag.startsWith('zqu'));
}
