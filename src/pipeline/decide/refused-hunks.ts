import { hash } from '../text/hash.ts';
import { lf, same } from '../text/line-endings.ts';
import { isHunk, type Merge, type Part } from '../text/merge.ts';
import type { LockedFile } from '../lock/lock-file.ts';
import type { Sides } from '../text/take-side.ts';
import type { FileVersions } from './collect-files.ts';
import type { Decision, FileAction, Refused } from './decision.ts';
import { reconcile } from './reconcile.ts';

/** The action for one file, and the hunks that stay refused if the action is applied. */
export type Reconciled = { readonly action: FileAction; readonly refused?: Refused };

/**
 * Chooses the action for a file of which the user refused hunks. If the user's text now merges with
 * upstream's on the base without these hunks, nothing is refused any longer. Otherwise the base is
 * the text that the user was asked about, so that only a hunk that upstream changed since is in
 * conflict. If the whole file was skipped because it could not be merged, and now it can, its other
 * hunks are taken.
 */
export async function reconcileRefused(file: FileVersions, merge: Merge): Promise<Reconciled> {
  const { taken, mine, theirs, before, original, isReconsidered } = file;
  const asked = () => reconcile(file, merge);
  if (isReconsidered) return { action: await asked() };
  if (taken === undefined || mine === undefined) return uncounted(await asked(), file);
  const left = leftState(file);
  const isSame = original.theirs !== undefined && hash(original.theirs) === before?.base;
  if (left && isSame) return { action: { kind: 'keep-mine' }, refused: left };
  const action = await reconcile({ ...file, base: taken }, merge);
  // They were in conflict as the command left the file. What merges now merges by its layout.
  if (left && action.kind !== 'conflict' && !(await isSettled(file, taken, merge)))
    return { action: await asked(), refused: left };
  if (theirs === undefined && action.kind === 'keep-mine') return { action: await asked() };
  if (action.kind !== 'conflict') return { action };
  const { sides } = action;
  const hunks = sides?.places.length ?? 1;
  const refused = { ...recordOf(before), taken, hash: before?.taken ?? hash(taken), hunks };
  if (!before?.unmerged || !sides) return { action: await asked(), refused };
  return { action: same(file.base, theirs) ? takeOthers(sides, mine) : action, refused };
}

/** The record of a file that the user did not touch since. */
function leftState({ before, mine, taken }: FileVersions): Refused | undefined {
  const { refused, taken: recorded, unmerged } = before ?? {};
  if (!refused || recorded === undefined || unmerged || mine === undefined) return undefined;
  return hash(lf(mine)) === refused.mine ? { taken, hash: recorded, ...refused } : undefined;
}

/** Whether upstream's text of that time adds nothing to the user's, or is in conflict with it. */
async function isSettled(file: FileVersions, taken: string, merge: Merge): Promise<boolean> {
  const { base, mine } = file;
  const action = await reconcile({ ...file, base: taken, theirs: base }, merge);
  return !('text' in action) || same(action.text, mine);
}

/** Takes all hunks that are not in conflict. */
function takeOthers({ yours }: Sides, mine: string): FileAction {
  return same(yours, mine) ? { kind: 'keep-mine' } : { kind: 'merged', text: yours };
}

function recordOf(before: LockedFile | undefined): Pick<Refused, 'unmerged' | 'mine'> {
  const record: { unmerged?: true; mine?: string } = {};
  if (before?.unmerged) record.unmerged = true;
  if (before?.refused) record.mine = before.refused.mine;
  return record;
}

/**
 * Keeps the record of refused hunks of a file in which they cannot be counted now: it is deleted,
 * a link, or has conflict markers. A record whose copy is lost goes with upstream's next version.
 */
export function uncounted(action: FileAction, file: FileVersions): Reconciled {
  const { before, taken, original } = file;
  const recorded = before?.taken;
  if (recorded === undefined || original.theirs === undefined) return { action };
  if (taken === undefined && hash(original.theirs) !== before?.base) return { action };
  const refused = { ...recordOf(before), taken: undefined, hash: recorded, hunks: 0 };
  return { action, refused };
}

/** Returns how many hunks a merge has. Without parts the whole file is one. */
function countHunks(parts: readonly Part[] | undefined): number {
  return parts?.filter(isHunk).length ?? 1;
}

/** The merge of a file, and the merge by lines alone. */
export type Merges = { readonly merge: Merge; readonly byLines: Merge };

/**
 * Records which hunks the user refused in a resolved decision. The base copy `taken` gets the other
 * hunks that the decision writes.
 */
export async function recordRefused(
  decision: Decision,
  { merge, byLines }: Merges,
): Promise<Decision> {
  const { mine, base, adaptedTheirs: theirs, action, skipped, leavesWiring } = decision;
  const old = decision.refused?.taken;
  if (action.kind === 'conflict' || (skipped && leavesWiring)) return decision;
  if (!skipped && old === undefined) return decision;
  if (decision.before === undefined || theirs === undefined) return decision;
  // Without a base copy it is not known which lines are upstream's: the whole file is refused.
  const before = old ?? base ?? '';
  if (mine === undefined) return withUncounted(decision, before);
  const after = 'text' in action ? action.text : mine;
  // The markers show the user what is open: the record stays as it is until they are gone.
  if (decision.marked || (!skipped && same(after, mine))) return decision;
  const taken = await advance({ before, mine, after }, byLines);
  const merged = await merge(lf(taken), lf(after), lf(theirs));
  const { refused: _, ...rest } = decision;
  if (merged.kind === 'merged') return rest;
  const hunks = countHunks(merged.parts);
  const record = { taken, hash: hash(taken), hunks };
  if (!merged.parts) return { ...rest, refused: { ...record, unmerged: true } };
  return { ...rest, refused: { ...record, mine: hash(lf(after)) } };
}

/** Records that all hunks are refused in a file that is no text, and so has none to count. */
function withUncounted(decision: Decision, before: string): Decision {
  if (decision.refused) return decision;
  const taken = lf(before);
  return { ...decision, refused: { taken, hash: hash(taken), hunks: 0, unmerged: true } };
}

type Advance = { readonly before: string; readonly mine: string; readonly after: string };

/**
 * Makes in the base copy `before` the changes that a command makes in the user's file. If they do
 * not fit, the copy stays: an older base makes more conflicts, but loses nothing.
 */
async function advance({ before, mine, after }: Advance, byLines: Merge): Promise<string> {
  if (same(mine, after)) return lf(before);
  const merged = await byLines(lf(mine), lf(before), lf(after));
  return merged.kind === 'merged' ? merged.text : lf(before);
}
