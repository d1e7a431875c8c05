/** The result of a merge. `marked` is the text with conflict markers, if there can be one. */
export type Merged =
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly why: string; readonly marked?: string };

/** Merges two edits of one text. All three texts have LF line endings. */
export type Merge = (base: string, mine: string, theirs: string) => Promise<Merged>;
