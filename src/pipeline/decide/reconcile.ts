import type { Merge } from '../text/merge.ts';
import type { FileAction } from './decision.ts';
import { lf, same, withEndingsOf } from '../text/line-endings.ts';

/** One file's three texts; `known` says that our lock names it, so a missing `base` is a lost one. */
export type Versions = {
  readonly known: boolean;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
};

/** Decides one file from its three texts. Texts that differ in line endings alone count as one; mine keeps its own. */
export async function reconcile(versions: Versions, merge: Merge): Promise<FileAction> {
  const { known, mine, theirs } = versions;
  if (!known) return adopt(mine, theirs);
  if (theirs === undefined) return withdraw(versions);
  if (mine === undefined) return leaveDeleted(versions.base, theirs);
  if (same(mine, theirs)) return { kind: 'unchanged' };
  if (versions.base === undefined)
    return {
      kind: 'conflict',
      why: 'its pristine copy is lost, and without it nothing is guessed',
      theirs,
    };
  if (same(versions.base, theirs)) return { kind: 'keep-mine' };
  if (same(versions.base, mine)) return { kind: 'take-theirs', text: withEndingsOf(mine, theirs) };
  const merged = await merge(lf(versions.base), lf(mine), lf(theirs));
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

function adopt(mine: string | undefined, theirs: string | undefined): FileAction {
  if (theirs === undefined) return { kind: 'unchanged' };
  if (mine === undefined) return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  return {
    kind: 'conflict',
    why: 'it is there already, and not ours',
    theirs: withEndingsOf(mine, theirs),
  };
}

function withdraw({ base, mine }: Versions): FileAction {
  if (mine === undefined) return { kind: 'unchanged' };
  if (base !== undefined && same(base, mine)) return { kind: 'delete' };
  return { kind: 'keep-mine', why: 'you edited it, so it stays; it is yours alone now' };
}

function leaveDeleted(base: string | undefined, theirs: string): FileAction {
  if (base !== undefined && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'keep-mine', why: 'upstream changed it; you deleted it, so it stays deleted' };
}
