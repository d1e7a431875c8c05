import type { Merge } from '../text/merge.ts';
import type { FileVersions } from './collect-files.ts';

/**
 * Returns the merge for rendered files. Its TypeScript parser is loaded on the
 * first merge.
 */
export function renderedMerge(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const { mergeWiring } = await import('../wiring/merge-wiring.ts');
    return mergeWiring(merge)(base, mine, theirs);
  };
}

/**
 * Replaces `theirs` of a rendered file whose component is kept: the base copy with
 * only the change of the wiring. Changes of the template are left for an update of
 * the component.
 */
export async function keepTemplateVersion(file: FileVersions, merge: Merge): Promise<FileVersions> {
  const { rendered, original, isUpdated } = file;
  const { base, theirs } = original;
  if (isUpdated || !rendered || base === undefined || theirs === undefined) return file;
  const { before } = rendered;
  if (before === base) return file;
  if (before === theirs) return { ...file, original: { base, theirs: base } };
  const merged = await renderedMerge(merge)(before, base, theirs);
  if (merged.kind === 'conflict') return { ...file, needsOwnerUpdate: true };
  return { ...file, original: { base, theirs: merged.text } };
}
