import type { Lock } from '../lock/lock-file.ts';
import { lf, withEndingsOf } from '../text/line-endings.ts';
import type { Merge } from '../text/merge.ts';
import { renderedMerge } from './merge-rendered.ts';

/** A file that was edited after a command changed it from `theirs` to `base`. */
export type EditedFile = {
  readonly path: string;
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
};

/** Takes a command back in an edited file. Undefined if that and the edits do not merge. */
export type MergeEdited = (file: EditedFile) => Promise<string | undefined>;

/**
 * Returns the function that takes a command back in an edited file, as `remove` does: rendered
 * files by their wiring, others by lines.
 */
export function mergeEdited(lock: Lock | undefined, merge: Merge): MergeEdited {
  return async ({ path, base, mine, theirs }) => {
    const isRendered = lock?.files[path]?.role === 'rendered';
    const mergeFile = isRendered ? renderedMerge(merge) : merge;
    const merged = await mergeFile(lf(base), lf(mine), lf(theirs));
    if (merged.kind === 'conflict') return undefined;
    if (path.endsWith('.json') && isJson(mine) && !isJson(merged.text)) return undefined;
    return withEndingsOf(mine, merged.text);
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
