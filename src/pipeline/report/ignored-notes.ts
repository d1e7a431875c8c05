import type { IgnoredPath } from '../repo/ignored-paths.ts';
import { formatCount } from './format-count.ts';

const mostNotes = 4;

/** Returns a sentence for each written path that git ignores, and one for the rest of many. */
export function ignoredNotes(ignored: readonly IgnoredPath[]): readonly string[] {
  const notes = ignored
    .slice(0, mostNotes)
    .map((one) => `${ignoredPath(one)}, so a clone lacks ${lacking(one)}. ${remedy(one)}`);
  const rest = ignored.length - notes.length;
  if (rest === 0) return notes;
  const more = rest === 1 ? 'file: doctor names it' : 'files: doctor lists them all';
  return [...notes, `git ignores ${rest} more ${more}.`];
}

/** Says what git ignores, and by which line. */
export function ignoredPath({ path, place, pattern }: IgnoredPath): string {
  return `git ignores ${path} (${place}: ${pattern})`;
}

/** Says how to undo it. */
export function remedy({ line, lineFor }: IgnoredPath): string {
  return `Add a line to the end of ${lineFor}: ${line}`;
}

function lacking({ path, files }: IgnoredPath): string {
  return path.endsWith('/') ? formatCount(files, 'file') : 'it';
}

/** Returns a sentence for each path that holds secrets and that git tracks. */
export function trackedNotes(tracked: readonly string[]): readonly string[] {
  return tracked.map(
    (path) => `git tracks ${path}: set keys in the environment, or take it out of git first.`,
  );
}
