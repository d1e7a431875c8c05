import type { Merge } from '../text/merge.ts';
import type { FileVersions } from './collect-files.ts';

/** The merge for files that are rendered from what is wired; its parser is loaded where there is something to merge. */
export function renderedMerge(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const { mergeWiring } = await import('../wiring/merge-wiring.ts');
    return mergeWiring(merge)(base, mine, theirs);
  };
}

/**
 * For a rendered file of a component that is kept: takes only what the wiring adds or removes, on top
 * of the base copy, and leaves the news of the template for a later update.
 */
export async function keepTemplateVersion(file: FileVersions, merge: Merge): Promise<FileVersions> {
  const { renderedBefore, pristine } = file;
  const { base, theirs } = pristine;
  if (renderedBefore === undefined || base === undefined || theirs === undefined) return file;
  if (renderedBefore === base) return file;
  if (renderedBefore === theirs) return { ...file, pristine: { base, theirs: base } };
  const merged = await renderedMerge(merge)(renderedBefore, base, theirs);
  return merged.kind === 'merged'
    ? { ...file, pristine: { base, theirs: merged.text } }
    : { ...file, isMisfit: true };
}
