import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import { slots } from './resolve.ts';
import type { Selection } from './selection.ts';

/**
 * A variable that a component needs: always, in a server or a worker, or once the policy chooses
 * its model.
 */
export type NeededVariable = {
  readonly name: string;
  readonly by: string;
  readonly when: 'now' | 'served' | 'chosen';
};

/**
 * Lists the variables that components need. A component that could fill a slot, but neither fills
 * it nor is listed in `models`, needs none.
 */
export function neededVariables(
  components: readonly Component[],
  { slots: filled, models = [] }: Pick<Lock, 'slots' | 'models'>,
): readonly NeededVariable[] {
  return components.flatMap((component) => {
    const { name: by, env } = component;
    const isUsed = isInUse(component, { slots: filled });
    if (!isUsed && !models.includes(by)) return [];
    const when = isUsed ? whenUsed(component) : 'chosen';
    return env.filter(({ required }) => required).map(({ name }) => ({ name, by, when }));
  });
}

/** Whether the agent runs a component: it fills a slot, or there is none that it could fill. */
export function isInUse(
  { name, wires }: Component,
  { slots: filled }: Pick<Lock, 'slots'>,
): boolean {
  const fillable = slots.filter((slot) => wires.some((wire) => wire.slot === slot));
  return fillable.length === 0 || fillable.some((slot) => filled[slot] === name);
}

/** Returns the names of the variables without which a new project does not talk to anyone. */
export function variablesOf({ components, request }: Selection): readonly string[] {
  const selected = components.map(({ component }) => component).filter(isNoWay);
  return neededVariables(selected, { slots: request.slots }).map(({ name }) => name);
}

const whenUsed = (component: Component) => (isNoWay(component) ? 'now' : 'served');

/** Only servers and workers open the ways in and out. */
function isNoWay({ wires }: Component): boolean {
  return !wires.some(({ slot }) => slot === 'channels' || slot === 'triggers');
}
