import type { Component, Entries } from '../../types.ts';
import { slots } from '../ask/resolve.ts';
import { type Finding, fail, ok } from './finding.ts';

/** A variable that a component cannot do without. */
export type Needed = { readonly name: string; readonly by: string };

/** The variables that components cannot do without; one that could fill a slot, and does not, needs none. */
export function neededVariables(components: readonly Component[], filled: Entries): readonly Needed[] {
  return components
    .filter(({ name, wires }) => {
      const fills = slots.filter((slot) => wires.some((wire) => wire.slot === slot));
      return fills.length === 0 || fills.some((slot) => filled[slot] === name);
    })
    .flatMap(({ name: by, env }) => env.filter(({ required }) => required).map(({ name }) => ({ name, by })));
}

/** Names the needed variables that are not set. */
export function checkVariables(needed: readonly Needed[], set: ReadonlySet<string>): readonly Finding[] {
  const there = needed.filter(({ name }) => set.has(name)).map(({ name }) => name);
  return [
    ...(there.length === 0 ? [] : [ok(`${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} set`)]),
    ...needed
      .filter(({ name }) => !set.has(name))
      .map(({ name, by }) => fail(`${name} is not set`, `${by} needs it: put it into .env`)),
  ];
}
