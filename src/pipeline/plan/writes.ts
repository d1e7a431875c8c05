import type { Change, Plan, Write } from './change.ts';
import type { Project } from '../decide/project-state.ts';
import { hash } from '../text/hash.ts';

/** The files that a plan changes, with what must be there for it to hold; none when there is nothing to do. */
export function writesOf({ changes }: Plan, { obstacles }: Project): readonly Write[] {
  return changes.flatMap((change): Write[] => {
    if (!isWritten(change)) return [];
    const text = 'text' in change ? change.text : undefined;
    const before = change.mine === undefined ? obstacles.get(change.path)?.hash : hash(change.mine);
    return [{ path: change.path, before, text }];
  });
}

/** Whether a change changes the disk. */
export function isWritten(change: Change): boolean {
  return change.kind === 'delete' || ('text' in change && change.text !== undefined);
}

/** Whether a change is one that the user has to hear of: something is written, or something is left undone. */
export function isReported(change: Change): boolean {
  return (
    change.role !== 'own' &&
    change.kind !== 'unchanged' &&
    (change.kind !== 'keep-mine' || change.why !== undefined)
  );
}
