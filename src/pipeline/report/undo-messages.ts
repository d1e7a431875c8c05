import { isOwnPath } from '../lock/own-paths.ts';
import { formatCount } from './format-count.ts';

/** The files that `undo` restored, and those that it kept because the user edited them since. */
type Undone = {
  readonly command: string;
  readonly restored: readonly string[];
  readonly kept: readonly string[];
};

/**
 * Returns the lines that `undo` prints. `install` is the command to run if package.json changed.
 */
export function undoNote(undone: Undone, install: string): readonly string[] {
  const { command, restored, kept } = undone;
  const files = filesOf(undone);
  const [, redone] = /^undo of (.*)$/.exec(command) ?? [];
  const notes: string[] = [];
  if (redone === undefined) {
    notes.push(`Undid ${command}: ${files}. Run undo again to redo it.`);
  } else {
    notes.push(`Redid ${redone}: ${files}. Run undo again to undo it.`);
  }
  if (kept.length > 0) notes.push(`Edited since, so kept: ${kept.join(', ')}`);
  if (restored.includes('package.json')) notes.push(`package.json changed: ${install}`);
  return notes;
}

/** Counts the restored files without the tool's own. */
function filesOf({ restored, kept }: Undone): string {
  const count = restored.filter((path) => !isOwnPath(path)).length;
  if (count > 0) return formatCount(count, 'file');
  return kept.length === 0 ? "only the tool's own files" : 'none of your files';
}
