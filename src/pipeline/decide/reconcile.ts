import type { Merge } from '../text/merge.ts';
import { conflictOf, type FileAction } from './decision.ts';
import { lf, same, withEndingsOf } from '../text/line-endings.ts';

/**
 * The three texts of one file. `known` means that the lock names the file. A known
 * file without `base` has lost its base copy.
 */
export type Versions = {
  readonly known: boolean;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
};

/**
 * Chooses the action for one file from its three texts. Texts that differ only in
 * line endings count as equal, and the result has the line endings of `mine`.
 */
export async function reconcile(versions: Versions, merge: Merge): Promise<FileAction> {
  const { known, base, mine, theirs } = versions;
  if (!known) return adopt(mine, theirs);
  if (theirs === undefined) return withdraw(versions);
  if (mine === undefined) return leaveDeleted(base, theirs);
  if (same(mine, theirs)) return { kind: 'unchanged' };
  if (base === undefined)
    return { kind: 'conflict', why: 'its base copy is missing, so it cannot be merged', theirs };
  if (same(base, theirs)) return { kind: 'keep-mine' };
  if (same(base, mine)) return { kind: 'take-theirs', text: withEndingsOf(mine, theirs) };
  return mergeChanges({ base, mine, theirs }, merge);
}

type Texts = { readonly base: string; readonly mine: string; readonly theirs: string };

async function mergeChanges({ base, mine, theirs }: Texts, merge: Merge): Promise<FileAction> {
  const merged = await merge(lf(base), lf(mine), lf(theirs));
  if (merged.kind === 'merged') return { kind: 'merged', text: withEndingsOf(mine, merged.text) };
  return conflictOf(merged.why, { mine, theirs: withEndingsOf(mine, theirs) }, merged.parts);
}

function adopt(mine: string | undefined, theirs: string | undefined): FileAction {
  if (theirs === undefined) return { kind: 'unchanged' };
  if (mine === undefined) return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  const why = 'your own file is already there';
  return { kind: 'conflict', why, theirs: withEndingsOf(mine, theirs) };
}

function withdraw({ base, mine }: Versions): FileAction {
  if (mine === undefined) return { kind: 'unchanged' };
  if (base !== undefined && same(base, mine)) return { kind: 'delete' };
  return { kind: 'keep-mine', why: 'you edited it, so it stays; it is your file now' };
}

function leaveDeleted(base: string | undefined, theirs: string): FileAction {
  if (base !== undefined && same(base, theirs)) return { kind: 'keep-mine' };
  const why = 'upstream changed it; you deleted it, so it stays deleted';
  return { kind: 'keep-mine', why, isBehind: true };
}
