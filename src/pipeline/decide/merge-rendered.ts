import type { Merge } from '../text/merge.ts';
import type { Open } from './collect-files.ts';

/** The merge for files that are rendered from what is wired; its parser is loaded where there is something to merge. */
export function wiringMerge(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const { mergeWiring } = await import('../wiring/merge-wiring.ts');
    return mergeWiring(merge)(base, mine, theirs);
  };
}

/** Of a rendered file whose templates are not to change yet: only what the wiring adds or takes, on top of its base. */
export async function withTheirs(file: Open, merge: Merge): Promise<Open> {
  const { renderedBefore, pristine } = file;
  const { base, theirs } = pristine;
  if (renderedBefore === undefined || base === undefined || theirs === undefined || renderedBefore === base)
    return file;
  if (renderedBefore === theirs) return { ...file, pristine: { base, theirs: base } };
  const merged = await wiringMerge(merge)(renderedBefore, base, theirs);
  return merged.kind === 'merged' ? { ...file, pristine: { base, theirs: merged.text } } : { ...file, isMisfit: true };
}
