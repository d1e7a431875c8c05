/** A conflict: the lines of both sides, and those of the base if there is one. */
export type Hunk = {
  readonly yours: readonly string[];
  readonly base?: readonly string[];
  readonly upstream: readonly string[];
};

/** A part of a merged text: a conflict, or lines without one. */
export type Part = { readonly lines: readonly string[] } | Hunk;

/**
 * The result of a merge. `parts` has the conflicts and the lines between them, if the texts could
 * be compared by lines. Joined by newlines, the lines of one side are a whole text.
 */
export type Merged =
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly why: string; readonly parts?: readonly Part[] };

/** Merges two edits of one text. All three texts have LF line endings. */
export type Merge = (base: string, mine: string, theirs: string) => Promise<Merged>;

export function isHunk(part: Part): part is Hunk {
  return 'yours' in part;
}
