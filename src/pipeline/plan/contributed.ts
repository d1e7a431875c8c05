import { type Entries, pick } from '../text/entries.ts';
import type { Wanted } from '../render/wanted.ts';

/**
 * Returns the needed entries to add to a shared file. An entry that was contributed
 * before is only added again if a new component needs it: the user may have removed
 * it on purpose.
 */
export function toAdd(needed: Entries, before: Entries, { newNames }: Wanted): Entries {
  return pick(needed, (name) => !Object.hasOwn(before, name) || newNames.has(name));
}

/** Returns the contributed entries that nothing needs any longer. */
export function toRemove(before: Entries, needed: Entries, wanted: Wanted): Entries {
  return pick(before, (name) => !Object.hasOwn(needed, name) && isRemovable(name, wanted));
}

/** Whether an entry may be removed once nothing needs it. */
export function isRemovable(name: string, { keepNames, removableNames }: Wanted): boolean {
  return !keepNames.has(name) && (removableNames?.has(name) ?? true);
}
