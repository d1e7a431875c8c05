import type { Decision, OnConflict } from './decision.ts';
import { markers, type Versions, versionsIn } from '../text/conflict-markers.ts';
import { lf, withEndingsOf } from '../text/line-endings.ts';

/** Whether there is something to choose: in place of a link or of unfinished markers nothing can be taken. */
export function isChoosable({ action: verdict }: Decision): boolean {
  return verdict.kind === 'conflict' && verdict.theirs !== undefined;
}

/** Whether something that we cannot write over has a file's place: only the user can take it away. */
export function isBlocked({ action: verdict }: Decision): boolean {
  return verdict.kind === 'conflict' && verdict.theirs === undefined && verdict.unfinished !== true;
}

/** Decides a conflict as the user chose; any other decision, and what cannot be chosen, stays as it is. */
export function resolveConflict(decision: Decision, choice: Exclude<OnConflict, 'fail'>): Decision {
  const { action: verdict, mine } = decision;
  if (verdict.kind !== 'conflict' || verdict.theirs === undefined) return decision;
  const { theirs, marked } = verdict;
  if (choice === 'skip')
    return {
      ...decision,
      skipped: true,
      action: { kind: 'keep-mine', why: 'skipped: yours stays' },
    };
  if (choice === 'overwrite')
    return { ...decision, action: { kind: 'take-theirs', text: theirs, why: 'overwritten' } };
  const text = marked ?? (mine === undefined ? undefined : markWhole(mine, theirs));
  // What is no text has no place for markers.
  if (text === undefined) return decision;
  return {
    ...decision,
    marked: true,
    action: { kind: 'merged', text, why: 'left with conflict markers' },
  };
}

/** A conflict as it is shown to be asked about: each place where both changed the file, both versions. */
export function shownConflict({ path, action: verdict, mine }: Decision): {
  readonly path: string;
  readonly why: string;
  readonly canMark: boolean;
  readonly places: readonly Versions[];
} {
  const { theirs = '', marked, why } = verdict.kind === 'conflict' ? verdict : { why: '' };
  const places = versionsIn(marked ?? markWhole(mine ?? '', theirs));
  return { path, why, canMark: mine !== undefined, places };
}

/** Without a base, all of both is the conflict. */
function markWhole(mine: string, theirs: string): string {
  const line = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
  const both = `<<<<<<< ${markers.mine}\n${line(lf(mine))}=======\n${line(lf(theirs))}>>>>>>> ${markers.theirs}\n`;
  return withEndingsOf(mine, both);
}
