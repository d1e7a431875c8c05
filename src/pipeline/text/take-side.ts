import { markedText, type Place, placesIn } from './conflict-markers.ts';
import { withEndingsOf } from './line-endings.ts';
import { isHunk, type Part } from './merge.ts';

/** A merge with conflicts, resolved once for each side. */
export type Sides = {
  /** The text with the user's lines in every conflict. */
  readonly yours: string;
  /** The text with upstream's lines in every conflict. */
  readonly upstream: string;
  /** The text with conflict markers. */
  readonly marked: string;
  readonly places: readonly Place[];
};

type Texts = { readonly mine: string; readonly theirs: string };

/**
 * Resolves the conflicts in parts of a merge, once for each side. The line endings are those of
 * `mine`; the end of the file is that of the side.
 */
export function sidesOf(parts: readonly Part[], { mine, theirs }: Texts): Sides {
  const side = (name: 'yours' | 'upstream', like: string): string => {
    const lines = parts.flatMap((part) => (isHunk(part) ? part[name] : part.lines));
    const text = lines.join('\n');
    return withEndingsOf(mine, endsInConflict(parts) ? endsLike(like, text) : text);
  };
  return {
    yours: side('yours', mine),
    upstream: side('upstream', theirs),
    marked: withEndingsOf(mine, markedText(parts)),
    places: placesIn(parts),
  };
}

/** Whether only the newline behind the last marker follows the last conflict. */
function endsInConflict(parts: readonly Part[]): boolean {
  const [hunk, end] = parts.slice(-2);
  if (!hunk || !end || !isHunk(hunk) || isHunk(end)) return false;
  return end.lines.join('\n') === '';
}

/** Removes the last newline if only the marker behind it needed one. */
function endsLike(like: string, text: string): string {
  return like.endsWith('\n') || !text.endsWith('\n') ? text : text.slice(0, -1);
}
