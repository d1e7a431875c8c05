import type { Decision } from '../decide/decision.ts';

/** A file of which the user refused hunks of upstream, and how many. */
export type RefusedFile = { readonly path: string; readonly hunks: number };

/** Lists the files with refused hunks. */
export function refusedIn(decisions: readonly Decision[]): readonly RefusedFile[] {
  return decisions.flatMap(({ path, refused }) => {
    const hunks = refused?.hunks ?? 0;
    return hunks > 0 ? [{ path, hunks }] : [];
  });
}
