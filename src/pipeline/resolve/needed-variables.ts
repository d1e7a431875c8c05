import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import { slots } from './resolve.ts';
import type { Selection } from './selection.ts';

/** A variable that a component needs: always, or once the policy chooses its model. */
export type NeededVariable = {
  readonly name: string;
  readonly by: string;
  readonly when: 'now' | 'chosen';
};

/**
 * Lists the variables that components need. A component that could fill a slot, but neither fills
 * it nor is listed in `models`, needs none.
 */
export function neededVariables(
  components: readonly Component[],
  { slots: filled, models = [] }: Pick<Lock, 'slots' | 'models'>,
): readonly NeededVariable[] {
  return components.flatMap(({ name: by, wires, env }) => {
    const fillable = slots.filter((slot) => wires.some((wire) => wire.slot === slot));
    const isInUse = fillable.length === 0 || fillable.some((slot) => filled[slot] === by);
    if (!isInUse && !models.includes(by)) return [];
    const when = isInUse ? 'now' : 'chosen';
    return env.filter(({ required }) => required).map(({ name }) => ({ name, by, when }));
  });
}

/** Returns the names of the variables that a new project needs. */
export function variablesOf({ components, request }: Selection): readonly string[] {
  const selected = components.map(({ component }) => component);
  return neededVariables(selected, { slots: request.slots }).map(({ name }) => name);
}
