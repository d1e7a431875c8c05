import type { Entries } from '../text/entries.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Selection } from '../resolve/selection.ts';
import { slots } from '../resolve/resolve.ts';

/**
 * Returns the lines that `remove` prints before its plan: the removed components, and the slots
 * that another component fills now. `next` has the component of each slot.
 */
export function removedHeadline(
  lock: Lock,
  { components, notes, wiring }: Selection,
  next: Entries,
): readonly string[] {
  const kept = new Set(components.map(({ component }) => component.name));
  const removed = Object.keys(lock.components).filter((name) => !kept.has(name));
  const rewired = slots.filter(
    (slot) => next[slot] !== undefined && next[slot] !== lock.slots[slot],
  );
  return [
    `removes ${removed.join(', ')}`,
    ...notes,
    ...rewired.map(
      (slot) => `agent.ts gets another ${slot}: ${wiring[slot]?.value}, from ${next[slot]}.`,
    ),
  ];
}
