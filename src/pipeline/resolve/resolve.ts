import { UserError } from '../../errors.ts';
import type { Request } from './request.ts';
import type { Component, ExclusiveSlot, ListSlot, Template, Wire } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';
import type { SelectedComponent, Selection, Wiring } from './selection.ts';
import { isBundle } from '../registry/find-component.ts';
import { chooseFiles } from './choose-files.ts';
import { createPicker, type Picker } from './pick-components.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** The slots that hold one wire. */
export const slots = ['model', 'store', 'runner'] as const satisfies readonly ExclusiveSlot[];
const keylessDefaults = { model: 'scripted', store: 'file', runner: undefined } as const;
/** The model for "decide later": when it starts, it uses the first adapter that has a key. */
export const deferredModel = 'choose';
/** Components that stand in for a real model. The policy has no reason to choose them. */
export const placeholderModels: readonly string[] = [
  `model-${keylessDefaults.model}`,
  `model-${deferredModel}`,
];

/** Returns the components that a slot's flag accepts: those that can fill the slot. */
export function choicesFor(
  slot: ExclusiveSlot,
  components: readonly Component[],
): readonly Component[] {
  return components.filter(
    (one) => one.name.startsWith(`${slot}-`) && one.wires.some((wire) => wire.slot === slot),
  );
}

/** Resolves a request into ordered components, their files, and the wiring. @throws UserError */
export function resolve(
  request: Request,
  components: readonly Component[],
  base?: Template,
): Selection {
  const picker = createPicker(components, request.installed);
  for (const { name, by } of [...request.installed, ...request.components]) picker.pick(name, by);
  const notes = fillSlots(picker, request.slots);
  addCompanions(picker, request, components);

  const selected = picker.picked();
  const { template } = request;
  const templates = template ? [base, template].filter((one) => one !== undefined) : [];
  return {
    request,
    components: selected,
    files: chooseFiles(selected, templates, request),
    wiring: wiringOf(selected, templates, request),
    notes,
  };
}

/** Returns components and everything they require, by name. Unknown names are left out. */
export function closure(
  names: readonly string[],
  components: readonly Component[],
): ReadonlySet<string> {
  const byName = new Map(components.map((component) => [component.name, component]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const component = byName.get(name);
    if (!component || reached.has(name)) return;
    reached.add(name);
    component.requires.forEach(visit);
  };
  names.forEach(visit);
  return reached;
}

/** Returns the component that a slot's flag names, if the flag is given. @throws UserError */
export function findProvider(
  slot: ExclusiveSlot,
  value: string | undefined,
  components: readonly Component[],
): string | undefined {
  if (value === undefined) return undefined;
  const known = choicesFor(slot, components).map(({ name }) => name.slice(slot.length + 1));
  if (known.includes(value)) return `${slot}-${value}`;
  throw new UserError(`There is no ${slot} "${value}".`, {
    code: 'unknown-component',
    hint: didYouMean(value, known),
  });
}

/**
 * Picks a component for each slot of `agent.ts`: the requested one, or the default that needs no
 * key. Returns notes on the defaults.
 */
function fillSlots({ pick, picked }: Picker, requested: Entries): readonly string[] {
  if (!hasBundle(picked())) return [];
  return slots.flatMap((slot) => {
    const name = requested[slot];
    if (name !== undefined) pick(name, 'agent');
    if (wiresFor(slot, picked()).length > 0) return [];
    const fallback = keylessDefault(slot);
    if (fallback === undefined) return [];
    pick(fallback, 'agent');
    return [`No ${slot} is named, so agent.ts gets ${fallback}.`];
  });
}

/** Picks the components that come with others, if the request adds one of these. */
function addCompanions(
  { pick, picked }: Picker,
  { installed }: Request,
  components: readonly Component[],
): void {
  const isInstalled = (name: string) => installed.some((one) => one.name === name);
  for (const { name, comesWith } of components) {
    const [first] = comesWith;
    const isPicked = (other: string) => picked().some(({ component }) => component.name === other);
    if (first === undefined || comesWith.every(isInstalled)) continue;
    if (comesWith.every(isPicked)) pick(name, first);
  }
}

/** Without a runner, each worker advances threads by itself. */
function keylessDefault(slot: ExclusiveSlot): string | undefined {
  const name = keylessDefaults[slot];
  return name === undefined ? undefined : `${slot}-${name}`;
}

function hasBundle(selected: readonly SelectedComponent[]): boolean {
  return selected.some(({ component }) => isBundle(component));
}

function wiresFor(slot: ExclusiveSlot, selected: readonly SelectedComponent[]): readonly Wire[] {
  return selected.flatMap(({ component }) => component.wires.filter((wire) => wire.slot === slot));
}

function wiringOf(
  selected: readonly SelectedComponent[],
  templates: readonly Template[],
  request: Request,
): Wiring {
  const owners = [...templates, ...selected.map(({ component }) => component)];
  const lists = listWires((slot) => wiresOf(slot, owners));
  // Without a bundle there is no agent.ts, which has the other slots.
  const none = { model: undefined, models: [], store: undefined, runner: undefined };
  if (!hasBundle(selected)) return { ...none, ...lists };
  const model = wireFor('model', request.slots, selected);
  return {
    model,
    models: otherModels(model, request.models, selected),
    store: wireFor('store', request.slots, selected),
    runner: wireFor('runner', request.slots, selected),
    ...lists,
  };
}

/**
 * Chooses the wire of an exclusive slot: of the requested component, else of one that the user
 * added, else of the default that needs no key, else of any.
 */
function wireFor(
  slot: ExclusiveSlot,
  requested: Entries,
  selected: readonly SelectedComponent[],
): Wire | undefined {
  const first = (isMeant: (one: SelectedComponent) => boolean) =>
    wiresFor(slot, selected.filter(isMeant))[0];
  return (
    first(({ component }) => component.name === requested[slot]) ??
    first(({ by }) => by === 'you') ??
    first(({ component }) => component.name === keylessDefault(slot)) ??
    first(() => true)
  );
}

/** Returns the wires of the models that the policy may choose besides the one in the slot. */
function otherModels(
  model: Wire | undefined,
  names: readonly string[],
  selected: readonly SelectedComponent[],
): readonly Wire[] {
  const listed = [...new Set(names)].filter((name) => !placeholderModels.includes(name));
  const wires = listed.flatMap((name) =>
    wiresFor(
      'model',
      selected.filter(({ component }) => component.name === name),
    ),
  );
  const others = wires.filter((wire) => wire !== model);
  checkUniqueKeys(others, 'models');
  return others;
}

/** Returns the wires of each list slot. */
export function listWires(
  wiresOf: (slot: ListSlot) => readonly Wire[],
): Record<ListSlot, readonly Wire[]> {
  return {
    outbox: wiresOf('outbox'),
    channels: wiresOf('channels'),
    triggers: wiresOf('triggers'),
    agents: wiresOf('agents'),
    prefetch: wiresOf('prefetch'),
    tools: wiresOf('tools'),
    commands: wiresOf('commands'),
  };
}

/** Returns the wires of a list slot, in the order of their components. @throws UserError */
function wiresOf(slot: ListSlot, components: readonly Component[]): readonly Wire[] {
  const all = components.flatMap((component) => component.wires);
  const wires = all.filter((wire) => wire.slot === slot);
  checkUniqueKeys(wires, slot);
  if (singleSlots.includes(slot) && wires.length > 1) throw tooManyIn(slot, wires);
  return wires;
}

/** `agent.ts` has a place for one wire of each. */
const singleSlots: readonly ListSlot[] = ['outbox', 'prefetch'];

function tooManyIn(slot: ListSlot, wires: readonly Wire[]): UserError {
  const keys = wires.map(({ key }) => key).join(' and ');
  return new UserError(`${keys} cannot both be the ${slot} of agent.ts.`, {
    code: 'bad-registry',
    hint: 'Leave out the component of one.',
  });
}

function checkUniqueKeys(wires: readonly Wire[], what: string): void {
  const keys = wires.map(({ key }) => key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined)
    throw new UserError(`Two ${what} are called "${repeated}".`, {
      code: 'bad-registry',
      hint: 'Rename one.',
    });
}
