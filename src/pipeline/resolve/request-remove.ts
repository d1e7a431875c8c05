import { UserError } from '../../errors.ts';
import type { Component } from '../registry/component.ts';
import type { Move } from '../moves/find-moves.ts';
import { findComponent, isBundle } from '../registry/find-component.ts';
import type { Lock } from '../lock/lock-file.ts';
import { pick } from '../text/entries.ts';
import {
  actionsFor,
  type ChangeRequest,
  checkInstalled,
  installedRequest,
  type InstalledState,
  isInstalled,
} from './change-request.ts';
import type { ComponentAction, Request, RequestedComponent } from './request.ts';
import { closure } from './resolve.ts';

/**
 * Requests the removal of components, and of those that were installed only for them. Of these,
 * `used` ones stay: code of the user needs them.
 * @throws UserError if another component needs one of `names`
 */
export function requestRemove(
  state: InstalledState,
  names: readonly string[],
  used: readonly string[] = [],
): ChangeRequest {
  const { lock, catalogue } = state;
  const { components } = catalogue;
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const current = installedRequest(state);
  const removable = installedFor(names, lock);
  for (const name of used) if (!names.includes(name)) removable.delete(name);
  const needed = neededWithout(removable, names, current, components);
  const blocked = names.find((name) => needed.has(name));
  if (blocked !== undefined) throw stillNeeded(blocked, needed, components);
  const stays = (name: string) => !removable.has(name) || needed.has(name);
  const taken = catalogue.moves.find(({ givers, taker }) => {
    return needed.has(taker) && givers.some((name) => removable.has(name) && name !== taker);
  });
  if (taken !== undefined) throw updateFirst(taken);
  const installed = current.installed.filter(({ name }) => stays(name));
  return {
    request: {
      ...current,
      installed: installed.map((one) => ({
        name: one.name,
        by: nextRequester(one, installed, state),
      })),
      slots: pick(current.slots, (_, name) => stays(name)),
      models: current.models.filter(stays),
    },
    actions: removeActions(state, stays),
  };
}

function removeActions(
  state: InstalledState,
  stays: (name: string) => boolean,
): ReadonlyMap<string, ComponentAction> {
  const actions = new Map(actionsFor(state, new Set()));
  for (const name of actions.keys())
    if (name !== state.lock?.template && !stays(name)) actions.set(name, 'remove');
  return actions;
}

/** Returns `names` and the components that were installed only for them, directly or indirectly. */
function installedFor(names: readonly string[], lock: Lock | undefined): Set<string> {
  const all = Object.entries(lock?.components ?? {});
  const found = new Set(names);
  // The loop also visits the names that it adds.
  for (const name of found)
    for (const [other, { requestedBy }] of all) if (requestedBy === name) found.add(other);
  return found;
}

/** Returns the components that the rest of the project needs if `removable` ones are removed. */
function neededWithout(
  removable: ReadonlySet<string>,
  names: readonly string[],
  current: Request,
  components: readonly Component[],
): ReadonlySet<string> {
  const rest = current.installed.map(({ name }) => name).filter((name) => !removable.has(name));
  const hasAgent = rest.some((name) => isBundle(findComponent(name, components)));
  if (!hasAgent) return closure(rest, components);
  // agent.ts imports what is in its slots.
  const wired = [...Object.values(current.slots), ...current.models];
  return closure([...rest, ...wired.filter((name) => !names.includes(name))], components);
}

/**
 * Returns the next requester of a component that stays. If the current one is removed, it is a
 * component that requires this one, or else the user.
 */
function nextRequester(
  { name, by }: RequestedComponent,
  installed: readonly RequestedComponent[],
  { lock, catalogue }: InstalledState,
): string {
  const isLeft = (component: string) => installed.some((one) => one.name === component);
  if (isLeft(by) || !isInstalled(by, lock)) return by;
  const dependent = catalogue.components.find(
    (one) => one.requires.includes(name) && isLeft(one.name),
  );
  return dependent?.name ?? 'you';
}

/** The removal would delete a file that a component that stays imports. */
function updateFirst({ givers, taker, from }: Move): UserError {
  return new UserError(`${from.join(', ')} of ${givers.join(', ')} belongs to ${taker} now.`, {
    code: 'conflict',
    hint: 'Run update first, then remove it.',
  });
}

function stillNeeded(
  name: string,
  needed: ReadonlySet<string>,
  components: readonly Component[],
): UserError {
  const dependents = components
    .filter((one) => needed.has(one.name) && one.requires.includes(name))
    .map((one) => one.name);
  const first = dependents.length === 1 ? dependents[0] : 'them';
  return new UserError(`${name} is needed by ${dependents.join(', ')}.`, {
    code: 'conflict',
    hint: `Remove ${first} first, or together with it.`,
  });
}
