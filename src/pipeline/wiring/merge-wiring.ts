import type { Merge } from '../text/merge.ts';
import { isCompleteMerge } from './check-merge.ts';
import { addEmptyObjects } from './nested-objects.ts';
import { replay } from './replay.ts';
import { keepBoth } from './keep-both.ts';

/**
 * Merges `agent.ts` or `tools.ts`, rendered from two selections, into the user's edit of the first, where a plain merge
 * sees a conflict in what is only two lists that grew, or would leave half of a part behind. In doubt it is a conflict.
 */
export function mergeWiring(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const plain = await merge(base, mine, theirs);
    const byLines = () => {
      if (plain.kind === 'merged') return plain.text;
      return plain.marked === undefined ? undefined : keepBoth(plain.marked);
    };
    const roomy = addEmptyObjects(base, mine, theirs);
    for (const attempt of [byLines, () => replay(roomy.base, mine, roomy.theirs)]) {
      const text = attempt();
      if (text !== undefined && isCompleteMerge({ ...roomy, mine, result: text }))
        return { kind: 'merged', text };
    }
    if (plain.kind === 'conflict') return plain;
    return {
      kind: 'conflict',
      why: 'your edits and the new wiring do not fit together line by line',
    };
  };
}
