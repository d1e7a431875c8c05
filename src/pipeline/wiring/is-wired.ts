import { alignLists } from './align-lists.ts';
import { contentsOf } from './check-merge.ts';
import { partsOf } from './parts.ts';

/** A rendered file with the old and with the new wiring. */
export type Rewired = { readonly before: string; readonly after: string };

/**
 * Whether a text has all that the wiring changes from `before` to `after`: the parts that are new,
 * and none of those that are gone.
 */
export function isWired({ before, after }: Rewired, text: string): boolean {
  const [old, wired, own] = [before, after, text].map((one) => partsOf(one)?.all);
  if (!old || !wired || !own) return false;
  const contents = [old, wired, own].map((parts) => contentsOf(alignLists(parts, old)));
  const [was, wanted, is] = contents;
  const names = new Set([...(was?.keys() ?? []), ...(wanted?.keys() ?? [])]);
  return [...names].every(
    (name) => was?.get(name) === wanted?.get(name) || is?.get(name) === wanted?.get(name),
  );
}
