import type { Merge } from '../text/merge.ts';
import type { Obstacle } from './project-state.ts';
import type { FileAction } from './decision.ts';
import { hasMarkers } from '../text/conflict-markers.ts';
import type { FileVersions } from './collect-files.ts';
import { reconcile, type Versions } from './reconcile.ts';
import { same, withEndingsOf } from '../text/line-endings.ts';

/** What happens to a file: what is never merged first, then by its three texts. */
export async function chooseAction(file: FileVersions, merge: Merge): Promise<FileAction> {
  const { role, obstacle, base, mine, theirs, before, leaves } = file;
  if (before?.declined) return { kind: 'keep-mine' };
  if (role === 'seed' && theirs !== undefined) return seed(file);
  if (role === 'seed' && !leaves)
    return mine === undefined ? { kind: 'unchanged' } : { kind: 'keep-mine', why: orphaned };
  if (obstacle) return blocked(obstacle, file);
  if (before?.conflicted && mine !== undefined && hasMarkers(mine) && theirs !== undefined)
    return same(base, theirs)
      ? { kind: 'keep-mine' }
      : {
          kind: 'conflict',
          why: 'it still has the conflict markers of the last update',
          unfinished: true,
        };
  const action = await reconcile(file, merge);
  // Upstream's change was in it already.
  if (action.kind === 'merged' && action.text === mine) return { kind: 'keep-mine' };
  return file.isMisfit ? misfit(file, action) : action;
}

const orphaned = 'upstream has it no more; it is yours alone now';

function blocked({ why, hash: bytes }: Obstacle, { known, base, theirs }: Versions): FileAction {
  if (theirs === undefined) return { kind: 'keep-mine', why };
  if (known && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'conflict', why, ...(bytes === undefined ? {} : { theirs }) };
}

/** Upstream's news would come with the wiring unasked, and may need files that are not there: the user is to say. */
function misfit({ owner, mine = '', theirs = '' }: FileVersions, action: FileAction): FileAction {
  if (action.kind !== 'conflict' && !('text' in action)) return action;
  const why = `the new wiring does not fit the version that is here: update ${owner} first`;
  const marked = action.kind === 'conflict' ? action.marked : undefined;
  return {
    kind: 'conflict',
    why,
    theirs: withEndingsOf(mine, theirs),
    ...(marked === undefined ? {} : { marked }),
  };
}

/** A seed is written once: whatever is there, or was and is no more, is the user's. What there is to know is said once. */
function seed({
  known,
  base,
  mine,
  theirs,
  obstacle,
  isInstalled,
  isNewer,
}: FileVersions): FileAction {
  if (known)
    return isNewer && mine !== undefined && !same(base, theirs) && !same(mine, theirs)
      ? { kind: 'keep-mine', why: 'upstream has another one; yours stays' }
      : { kind: 'keep-mine' };
  if (mine === undefined && theirs !== undefined && !obstacle)
    return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  return isInstalled ? { kind: 'keep-mine' } : { kind: 'keep-mine', why: 'it was there before' };
}
