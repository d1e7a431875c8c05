import type { Lock } from '../lock/lock-file.ts';
import type { Component, ExclusiveSlot, Wire } from '../registry/component.ts';
import { type ChangeRequest, type InstalledState, isInstalled } from './change-request.ts';
import { chooseFiles } from './choose-files.ts';
import { listWires, resolve } from './resolve.ts';
import type { Selection, Wiring } from './selection.ts';

/**
 * Resolves a change to an installed project. A kept component or template has the wires that are in
 * the lock, even if its registry has others now, and requires only what is installed: its version
 * does not need more. @throws UserError
 */
export function resolveChange(
  { request, actions }: ChangeRequest,
  { lock, catalogue }: Pick<InstalledState, 'lock' | 'catalogue'>,
): Selection {
  const asInstalled = <One extends Component>(one: One): One => {
    if (actions.get(one.name) !== 'keep') return one;
    const requires = one.requires.filter((name) => isInstalled(name, lock));
    return { ...one, requires, wires: lock?.wires[one.name] ?? [] };
  };
  const template = request.template && asInstalled(request.template);
  return resolve({ ...request, template }, catalogue.components.map(asInstalled));
}

/** Returns the current wiring of the rendered files, from the lock. */
export function installedWiring({ template, components, slots, models = [], wires }: Lock): Wiring {
  const wiresOf = (owner: string, slot: Wire['slot']) =>
    (wires[owner] ?? []).filter((wire) => wire.slot === slot);
  const wireIn = (slot: ExclusiveSlot) => {
    const provider = slots[slot];
    if (provider === undefined) return undefined;
    return wiresOf(provider, slot)[0];
  };
  const owners = Object.keys(components);
  if (template !== undefined) owners.unshift(template);
  return {
    model: wireIn('model'),
    models: models.flatMap((name) => wiresOf(name, 'model')),
    store: wireIn('store'),
    runner: wireIn('runner'),
    ...listWires((slot) => owners.flatMap((name) => wiresOf(name, slot))),
  };
}

/** Selects the installed components in their registries' versions, to compare with the lock. */
export function selectInstalled(
  { request }: ChangeRequest,
  { catalogue }: Pick<InstalledState, 'catalogue'>,
): Selection {
  const byName = new Map(catalogue.components.map((one) => [one.name, one]));
  const components = request.installed.flatMap(({ name, by }) => {
    const component = byName.get(name);
    return component ? [{ component, by }] : [];
  });
  const templates = request.template ? [request.template] : [];
  return {
    request,
    components,
    files: chooseFiles(components, templates, request),
    wiring: {
      model: undefined,
      models: [],
      store: undefined,
      runner: undefined,
      ...listWires(() => []),
    },
    notes: [],
  };
}
