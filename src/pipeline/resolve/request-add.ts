import { UserError } from '../../errors.ts';
import type { Component, ExclusiveSlot } from '../registry/component.ts';
import { findComponent } from '../registry/find-component.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Entries } from '../text/entries.ts';
import {
  actionsFor,
  type ChangeRequest,
  installedRequest,
  type InstalledState,
  isInstalled,
  updatedTogether,
} from './change-request.ts';
import { placeholderModels, slots as exclusiveSlots } from './resolve.ts';
import { withTakers } from './take-over.ts';

/**
 * Requests more components. With `use`, they also take the exclusive slots that they can fill.
 * `changed` are the installed components whose registry has another version. @throws UserError
 */
export function requestAdd(
  state: InstalledState,
  names: readonly string[],
  use: boolean,
  changed: ReadonlySet<string>,
): ChangeRequest {
  const { lock, catalogue } = state;
  const added = names.map((name) => findComponent(name, catalogue.components));
  const current = installedRequest(state);
  const newNames = names.filter((name) => !isInstalled(name, lock));
  const slots = use ? { ...current.slots, ...slotsFilledBy(added) } : current.slots;
  const models = added.filter(isRealModel).map(({ name }) => name);
  // An installed model is requested again: it then stays if its first requester is removed.
  const requested = [...new Set([...newNames, ...models])];
  const updated = updatedTogether(state, newNames, changed);
  const change = {
    request: {
      ...current,
      components: requested.map((name) => ({ name, by: 'you' })),
      slots,
      models: listedModels(lock, slots['model'], models),
    },
    actions: actionsFor(state, updated),
  };
  return lock ? withTakers(change, catalogue, lock, updated) : change;
}

function isRealModel({ name, wires }: Component): boolean {
  return wires.some(({ slot }) => slot === 'model') && !placeholderModels.includes(name);
}

/**
 * Returns the components whose models `agent.ts` lists besides the one in the slot. If the user
 * added the model that leaves the slot, it is listed too, in the place of the one that takes over.
 */
function listedModels(
  lock: Lock | undefined,
  nextModel: string | undefined,
  added: readonly string[],
): readonly string[] {
  const { components = {}, slots = {}, models = [] } = lock ?? {};
  const isYours = (name: string) => components[name]?.requestedBy === 'you';
  const lastModel = slots['model'];
  // Without a wired model there was no agent.ts to list the models that the user added before.
  if (lastModel === undefined) return [...Object.keys(components).filter(isYours), ...added];
  const leaves = lastModel !== nextModel && isYours(lastModel);
  const replaced = leaves ? [lastModel] : [];
  if (nextModel === undefined || !models.includes(nextModel))
    return [...models, ...replaced, ...added];
  return [...models.toSpliced(models.indexOf(nextModel), 1, ...replaced), ...added];
}

/** Returns the exclusive slots that components can fill. @throws UserError if two fill one slot */
function slotsFilledBy(components: readonly Component[]): Entries {
  const filled: Record<string, string> = {};
  for (const slot of exclusiveSlots) {
    const fillers = components.filter(({ wires }) => wires.some((wire) => wire.slot === slot));
    if (fillers.length > 1) throw tooManyFor(slot, fillers);
    if (fillers[0]) filled[slot] = fillers[0].name;
  }
  return filled;
}

function tooManyFor(slot: ExclusiveSlot, fillers: readonly Component[]): UserError {
  const names = fillers.map(({ name }) => name).join(' and ');
  return new UserError(`${names} cannot both be the ${slot}.`, {
    code: 'bad-usage',
    hint: 'Use --use with one of them.',
  });
}
