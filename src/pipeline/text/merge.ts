/** `marked` is the text with conflict markers, where one could be made. */
export type Merged =
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly why: string; readonly marked?: string };

/** Merges two edits of one text; all three have LF line endings. */
export type Merge = (base: string, mine: string, theirs: string) => Promise<Merged>;
