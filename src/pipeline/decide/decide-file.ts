import type { Merge } from '../text/merge.ts';
import type { Obstacle } from './project-state.ts';
import type { Verdict } from './decision.ts';
import { hasMarkers } from '../text/conflict-markers.ts';
import type { Open } from './collect-files.ts';
import { reconcile, type Sides } from './reconcile.ts';
import { same, withEndingsOf } from '../text/line-endings.ts';

/** What happens to a file: what is never merged first, then by its three texts. */
export async function verdictOf(file: Open, sides: Sides, merge: Merge): Promise<Verdict> {
  const { role, obstacle, mine, before, leaves } = file;
  if (before?.declined) return { kind: 'keep-mine' };
  if (role === 'seed' && sides.theirs !== undefined) return seed(sides, file);
  if (role === 'seed' && !leaves)
    return mine === undefined ? { kind: 'unchanged' } : { kind: 'keep-mine', why: orphaned };
  if (obstacle) return blocked(obstacle, sides);
  if (before?.conflicted && mine !== undefined && hasMarkers(mine) && sides.theirs !== undefined)
    return same(sides.base, sides.theirs)
      ? { kind: 'keep-mine' }
      : { kind: 'conflict', why: 'it still has the conflict markers of the last update', unfinished: true };
  const verdict = await reconcile(sides, merge);
  // Upstream's change was in it already.
  if (verdict.kind === 'merged' && verdict.text === mine) return { kind: 'keep-mine' };
  return file.isMisfit ? misfit(file.owner, sides, verdict) : verdict;
}

const orphaned = 'upstream has it no more; it is yours alone now';

function blocked({ why, hash: bytes }: Obstacle, { known, base, theirs }: Sides): Verdict {
  if (theirs === undefined) return { kind: 'keep-mine', why };
  if (known && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'conflict', why, ...(bytes === undefined ? {} : { theirs }) };
}

/** Upstream's news would come with the wiring unasked, and may need files that are not there: the user is to say. */
function misfit(owner: string, { mine = '', theirs = '' }: Sides, verdict: Verdict): Verdict {
  if (verdict.kind !== 'conflict' && !('text' in verdict)) return verdict;
  const why = `the new wiring does not fit the version that is here: update ${owner} first`;
  const marked = verdict.kind === 'conflict' ? verdict.marked : undefined;
  return { kind: 'conflict', why, theirs: withEndingsOf(mine, theirs), ...(marked === undefined ? {} : { marked }) };
}

/** A seed is written once: whatever is there, or was and is no more, is the user's. What there is to know is said once. */
function seed({ known, base, mine, theirs }: Sides, { obstacle, isInstalled, isNewer }: Open): Verdict {
  if (known)
    return isNewer && mine !== undefined && !same(base, theirs) && !same(mine, theirs)
      ? { kind: 'keep-mine', why: 'upstream has another one; yours stays' }
      : { kind: 'keep-mine' };
  if (mine === undefined && theirs !== undefined && !obstacle) return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  return isInstalled ? { kind: 'keep-mine' } : { kind: 'keep-mine', why: 'it was there before' };
}
