import type { Entries } from '../text/entries.ts';
import type { Wanted } from '../render/wanted.ts';

/** Of what is needed what was never given; what was given before, and is gone, only where something fresh needs it. */
export function toAdd(needed: Entries, before: Entries, { newNames: fresh }: Wanted): Entries {
  return pick(needed, (name) => !Object.hasOwn(before, name) || fresh.has(name));
}

/** Of what was given what nothing needs any more. */
export function toRemove(before: Entries, needed: Entries, wanted: Wanted): Entries {
  return pick(before, (name) => !Object.hasOwn(needed, name) && mayGo(name, wanted));
}

/** Whether a name may be taken out once nothing needs it. */
export function mayGo(
  name: string,
  { keepNames: keeps, removableNames: droppable }: Wanted,
): boolean {
  return !keeps.has(name) && (droppable?.has(name) ?? true);
}

/** The entries that pass. */
export function pick(
  entries: Entries,
  isWanted: (name: string, value: string) => boolean,
): Entries {
  return Object.fromEntries(
    Object.entries(entries).filter(([name, value]) => isWanted(name, value)),
  );
}

/** The entries whose names others do not have. */
export function without(entries: Entries, others: Entries): Entries {
  return pick(entries, (name) => !Object.hasOwn(others, name));
}
