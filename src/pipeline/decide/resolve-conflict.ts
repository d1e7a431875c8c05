import {
  type Conflict,
  type Decision,
  type FileAction,
  type OnConflict,
  shownPath,
} from './decision.ts';
import { markedText, type Place, placesIn } from '../text/conflict-markers.ts';
import { lf, same, withEndingsOf } from '../text/line-endings.ts';
import type { Part } from '../text/merge.ts';
import type { Sides } from '../text/take-side.ts';

/** Whether a file is in a conflict that the user can resolve by choosing a text. */
export function isChoosable({ action }: Decision): boolean {
  return action.kind === 'conflict' && action.theirs !== undefined;
}

/**
 * Whether something that cannot be overwritten, such as a link, is at the path of a
 * file. Only the user can move it away.
 */
export function isBlocked({ action }: Decision): boolean {
  return action.kind === 'conflict' && action.theirs === undefined && action.unfinished !== true;
}

/**
 * Applies the user's choice to the conflicting hunks of a file, or to the whole file if it has no
 * hunks. Returns the decision as it is if there is no choice.
 */
export function resolveConflict(decision: Decision, choice: Exclude<OnConflict, 'fail'>): Decision {
  const { action, mine } = decision;
  if (action.kind !== 'conflict' || action.theirs === undefined) return decision;
  const { theirs } = action;
  if (choice === 'skip') return { ...decision, skipped: true, action: skip(action, decision) };
  if (choice === 'overwrite') return { ...decision, action: overwrite(action, theirs, decision) };
  const marked = action.sides?.marked ?? markAll(mine, theirs);
  if (marked === undefined) return decision;
  return {
    ...decision,
    marked: true,
    action: { kind: 'merged', text: marked, why: 'left with conflict markers' },
  };
}

function skip({ sides }: Conflict, { mine, leavesWiring }: Decision): FileAction {
  if (!sides || leavesWiring) return { kind: 'keep-mine', why: 'skipped: yours stays' };
  const why = `${countHunks(sides)} refused: your lines stay`;
  if (same(sides.yours, mine)) return { kind: 'keep-mine', why };
  return { kind: 'merged', text: sides.yours, why: `${why}, the rest is merged` };
}

function overwrite({ sides }: Conflict, text: string, decision: Decision): FileAction {
  const { adaptedTheirs } = decision;
  // A text with edits of the user must not count as upstream's.
  if (same(text, adaptedTheirs) || decision.mine === undefined)
    return { kind: 'take-theirs', text, why: 'overwritten' };
  const what = sides ? `${countHunks(sides)} overwritten` : 'overwritten';
  return { kind: 'merged', text, why: `${what}; your other edits stay` };
}

function countHunks({ places }: Sides): string {
  return places.length === 1 ? '1 hunk' : `${places.length} hunks`;
}

/**
 * A conflict as it is shown to the user; each of `places` has both versions of its
 * lines.
 */
type ShownConflict = {
  readonly path: string;
  readonly why: string;
  readonly canMark: boolean;
  /** Whether the choice is for the hunks of `places`; otherwise it is for the whole file. */
  readonly isByHunk: boolean;
  readonly places: readonly Place[];
};

/** Describes a conflict for the question that asks the user to resolve it. */
export function shownConflict(decision: Decision): ShownConflict {
  const { action, mine } = decision;
  const { why, theirs = '', sides } = action.kind === 'conflict' ? action : noConflict;
  const places = sides?.places ?? placesIn(wholeTexts(mine ?? '', theirs));
  const isByHunk = sides !== undefined && decision.leavesWiring !== true;
  return { path: shownPath(decision), why, canMark: mine !== undefined, isByHunk, places };
}

const noConflict: Conflict = { kind: 'conflict', why: '' };

/** Returns undefined without the user's text: binary content has no place for markers. */
const markAll = (mine: string | undefined, theirs: string): string | undefined =>
  mine === undefined ? undefined : withEndingsOf(mine, markedText(wholeTexts(mine, theirs)));

/**
 * Puts both whole texts into one conflict, because there is no base to compare them
 * with.
 */
function wholeTexts(mine: string, theirs: string): readonly Part[] {
  return [{ yours: linesOf(mine), upstream: linesOf(theirs) }, { lines: [''] }];
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : lf(text).replace(/\n$/, '').split('\n');
}
