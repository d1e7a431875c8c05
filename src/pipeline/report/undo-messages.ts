import type { EditedFile } from '../decide/merge-edited.ts';
import { isOwnPath } from '../lock/own-paths.ts';
import { lf } from '../text/line-endings.ts';
import { formatCount } from './format-count.ts';

/**
 * A line of a command that `undo` left in an edited file, at `line`, from 1. Without `line`, the
 * command took it out.
 */
export type LeftLine = { readonly path: string; readonly line?: number; readonly text: string };

/** The files that `undo` restored, merged, or kept because the user edited them since. */
type Undone = {
  readonly command: string;
  readonly restored: readonly string[];
  readonly merged: readonly string[];
  readonly kept: readonly string[];
  /** Those of them that the command had made. */
  readonly made: readonly string[];
  readonly left: readonly LeftLine[];
};

/**
 * Returns the lines that `undo` prints. `install` is the command to run if package.json changed.
 */
export function undoNote(undone: Undone, install: string): readonly string[] {
  const { command, restored, merged, kept, made, left } = undone;
  const files = filesOf(undone);
  const [, redone] = /^undo of (.*)$/.exec(command) ?? [];
  const notes: string[] = [];
  if (redone === undefined) {
    notes.push(`Undid ${command}: ${files}. Run undo again to redo it.`);
  } else {
    notes.push(`Redid ${redone}: ${files}. Run undo again to undo it.`);
  }
  if (merged.length > 0) notes.push(`Your edits since stay in: ${merged.join(', ')}`);
  if (kept.length > 0) notes.push(`Edited since, so kept: ${kept.join(', ')}`);
  if (made.length > 0) notes.push(`What these import may be gone, see doctor: ${made.join(', ')}`);
  const [added, removed] = [left.filter(isAdded), left.filter((one) => !isAdded(one))];
  notes.push(...listed('To take out by hand, besides what you changed:', added));
  notes.push(...listed('To put back by hand:', removed));
  if ([...restored, ...merged].includes('package.json'))
    notes.push(`package.json changed: ${install}`);
  return notes;
}

const isAdded = ({ line }: LeftLine): boolean => line !== undefined;

const mostListed = 20;

function listed(heading: string, left: readonly LeftLine[]): readonly string[] {
  if (left.length === 0) return [];
  const shown = left.slice(0, mostListed).map(({ path, line, text }) => {
    const at = line === undefined ? path : `${path}:${line}`;
    return `  ${at}  ${text}`;
  });
  const others = left.length - shown.length;
  return [heading, ...shown, ...(others > 0 ? [`  and ${formatCount(others, 'more line')}`] : [])];
}

/** Counts the restored and merged files without the tool's own. */
function filesOf({ restored, merged, kept }: Undone): string {
  const count = [...restored, ...merged].filter((path) => !isOwnPath(path)).length;
  if (count > 0) return formatCount(count, 'file');
  return kept.length === 0 ? "only the tool's own files" : 'none of your files';
}

/** Returns the lines of the command that the user's text still has, and those that it lacks. */
export function leftIn({ path, ...texts }: EditedFile): readonly LeftLine[] {
  const [base, mine, theirs] = [texts.base, texts.mine, texts.theirs].map(countLines);
  if (!base || !mine || !theirs) return [];
  const added = (text: string) => least(base, mine, text) - (theirs.get(text) ?? 0);
  const removed = (text: string) => (theirs.get(text) ?? 0) - most(base, mine, text);
  const toTakeOut = linesWith(texts.mine, added).map((one) => ({ path, ...one }));
  return [...toTakeOut, ...linesWith(texts.theirs, removed).map(({ text }) => ({ path, text }))];
}

type Counts = ReadonlyMap<string, number>;

const least = (a: Counts, b: Counts, text: string): number =>
  Math.min(a.get(text) ?? 0, b.get(text) ?? 0);
const most = (a: Counts, b: Counts, text: string): number =>
  Math.max(a.get(text) ?? 0, b.get(text) ?? 0);

/** Splits a text into lines, each with its number. Leaves out brackets and the like. */
function numbered(text: string) {
  const all = lf(text).split('\n');
  return all
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((one) => /\w/.test(one.text));
}

function countLines(text: string): Counts {
  const counts = new Map<string, number>();
  for (const one of numbered(text)) counts.set(one.text, (counts.get(one.text) ?? 0) + 1);
  return counts;
}

/** Returns the last lines of each wording, as many as `count` tells. */
function linesWith(text: string, count: (line: string) => number) {
  const taken = new Map<string, number>();
  const chosen = numbered(text)
    .toReversed()
    .filter((one) => {
      const before = taken.get(one.text) ?? 0;
      taken.set(one.text, before + 1);
      return before < count(one.text);
    });
  return chosen.toReversed();
}
