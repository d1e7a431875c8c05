import type { Change, Plan, Write } from './change.ts';
import type { Project } from '../decide/project-state.ts';
import { hash } from '../text/hash.ts';

/**
 * Lists the writes of a plan, each with the hash of the file that it replaces. The
 * project is as on disk.
 */
export function writesOf({ changes }: Plan, { disk, obstacles }: Project): readonly Write[] {
  return changes.filter(isWritten).map((change) => {
    const { path, from } = change;
    const content = 'text' in change ? change.text : undefined;
    const mine = from ? disk.get(path) : change.mine;
    const before = mine === undefined ? obstacles.get(path)?.hash : hash(mine);
    const write = { path, before, content };
    const old = from?.find((one) => disk.has(one));
    return old === undefined ? write : { ...write, movedFrom: old };
  });
}

/** Whether a change writes or deletes a file. */
export function isWritten(change: Change): boolean {
  return change.kind === 'delete' || ('text' in change && change.text !== undefined);
}

/** Whether the user is told about a change: it is written, or it has a reason why not. */
export function isReported({ role, kind, why, movedTo }: Change): boolean {
  if (role === 'own' || kind === 'unchanged' || movedTo !== undefined) return false;
  return kind !== 'keep-mine' || why !== undefined;
}
