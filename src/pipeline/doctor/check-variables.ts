import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import { slots } from '../resolve/resolve.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A variable that a component cannot do without, at once or not before the policy chooses its model. */
export type Needed = {
  readonly name: string;
  readonly by: string;
  readonly when: 'now' | 'chosen';
};

/** The variables that components cannot do without; one that could fill a slot, and is not wired, needs none. */
export function neededVariables(
  components: readonly Component[],
  { slots: filled, models = [] }: Pick<Lock, 'slots' | 'models'>,
): readonly Needed[] {
  return components.flatMap(({ name: by, wires, env }) => {
    const fills = slots.filter((slot) => wires.some((wire) => wire.slot === slot));
    const isNeeded = fills.length === 0 || fills.some((slot) => filled[slot] === by);
    if (!isNeeded && !models.includes(by)) return [];
    const when = isNeeded ? 'now' : 'chosen';
    return env.filter(({ required }) => required).map(({ name }) => ({ name, by, when }));
  });
}

/** Names the needed variables that are not set. */
export function checkVariables(
  needed: readonly Needed[],
  set: ReadonlySet<string>,
): readonly Finding[] {
  const there = needed.filter(({ name }) => set.has(name)).map(({ name }) => name);
  return [
    ...(there.length === 0
      ? []
      : [ok(`${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} set`)]),
    ...needed
      .filter(({ name }) => !set.has(name))
      .map(({ name, by, when }) =>
        when === 'now'
          ? fail(`${name} is not set`, `${by} needs it: put it into .env`)
          : warn(
              `${name} is not set`,
              `${by} needs it when modelFor in policy.ts chooses it: put it into .env`,
            ),
      ),
  ];
}
