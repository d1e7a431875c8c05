import type { Merge } from '../text/merge.ts';
import type { Verdict } from './decision.ts';
import { lf, same, withEndingsOf } from '../text/line-endings.ts';

/** One file's three texts; `known` says that our lock names it, so a missing `base` is a lost one. */
export type Sides = {
  readonly known: boolean;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
};

/** Decides one file from its three texts. Texts that differ in line endings alone count as one; mine keeps its own. */
export async function reconcile(sides: Sides, merge: Merge): Promise<Verdict> {
  const { known, mine, theirs } = sides;
  if (!known) return adopt(mine, theirs);
  if (theirs === undefined) return withdraw(sides);
  if (mine === undefined) return leaveDeleted(sides.base, theirs);
  if (same(mine, theirs)) return { kind: 'unchanged' };
  if (sides.base === undefined)
    return { kind: 'conflict', why: 'its pristine copy is lost, and without it nothing is guessed', theirs };
  if (same(sides.base, theirs)) return { kind: 'keep-mine' };
  if (same(sides.base, mine)) return { kind: 'take-theirs', text: withEndingsOf(mine, theirs) };
  const merged = await merge(lf(sides.base), lf(mine), lf(theirs));
  if (merged.kind === 'merged') return { kind: 'merged', text: withEndingsOf(mine, merged.text) };
  const { why, marked } = merged;
  const choices = { theirs: withEndingsOf(mine, theirs) };
  return {
    kind: 'conflict',
    why,
    ...choices,
    ...(marked === undefined ? {} : { marked: withEndingsOf(mine, marked) }),
  };
}

function adopt(mine: string | undefined, theirs: string | undefined): Verdict {
  if (theirs === undefined) return { kind: 'unchanged' };
  if (mine === undefined) return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  return { kind: 'conflict', why: 'it is there already, and not ours', theirs: withEndingsOf(mine, theirs) };
}

function withdraw({ base, mine }: Sides): Verdict {
  if (mine === undefined) return { kind: 'unchanged' };
  if (base !== undefined && same(base, mine)) return { kind: 'delete' };
  return { kind: 'keep-mine', why: 'you edited it, so it stays; it is yours alone now' };
}

function leaveDeleted(base: string | undefined, theirs: string): Verdict {
  if (base !== undefined && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'keep-mine', why: 'upstream changed it; you deleted it, so it stays deleted' };
}
