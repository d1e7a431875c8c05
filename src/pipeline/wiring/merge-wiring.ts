import type { Merge, Merged } from '../text/merge.ts';
import { isCompleteMerge } from './check-merge.ts';
import { addEmptyObjects } from './nested-objects.ts';
import { replay } from './replay.ts';
import { keepBoth } from './keep-both.ts';

/**
 * Returns a merge for rendered files, in which two sides that add to one list do
 * not conflict. It first tries the merge by lines, and keeps both sides of such
 * conflicts. If that fails, it applies upstream's changes part by part to the
 * user's text. A result counts only if it has all changes of both sides; otherwise
 * the file is in conflict.
 */
export function mergeWiring(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const plain = await merge(base, mine, theirs);
    const texts = { ...addEmptyObjects(base, mine, theirs), mine };
    const isComplete = (result: string | undefined): result is string =>
      result !== undefined && isCompleteMerge({ ...texts, result });
    const byLines = mergeByLines(plain);
    if (isComplete(byLines)) return { kind: 'merged', text: byLines };
    const byParts = replay(texts.base, mine, texts.theirs);
    if (isComplete(byParts)) return { kind: 'merged', text: byParts };
    if (plain.kind === 'conflict') return plain;
    return { kind: 'conflict', why: 'your edits and the new wiring do not merge cleanly' };
  };
}

function mergeByLines(plain: Merged): string | undefined {
  if (plain.kind === 'merged') return plain.text;
  return plain.parts === undefined ? undefined : keepBoth(plain.parts);
}
