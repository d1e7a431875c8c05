import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import { slots } from '../resolve/resolve.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

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

/** Checks that the needed variables are set. `set` has the names of those that are. */
export function checkVariables(
  needed: readonly NeededVariable[],
  set: ReadonlySet<string>,
): readonly Finding[] {
  const missing = needed.filter(({ name }) => !set.has(name)).map(missingVariable);
  const present = needed.filter(({ name }) => set.has(name)).map(({ name }) => name);
  if (present.length === 0) return missing;
  const verb = present.length === 1 ? 'is' : 'are';
  return [ok(`${present.join(', ')} ${verb} set`), ...missing];
}

function missingVariable({ name, by, when }: NeededVariable): Finding {
  const what = `${name} is not set`;
  if (when === 'now') return fail(what, `${by} needs it: set it in .env`);
  return warn(what, `needed when modelFor in policy.ts chooses ${by}: set it in .env`);
}
