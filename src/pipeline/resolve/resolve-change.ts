import type { Lock } from '../lock/lock-file.ts';
import type { Component, ExclusiveSlot, Wire } from '../registry/component.ts';
import type { ChangeRequest, InstalledState } from './change-request.ts';
import { chooseFiles } from './choose-files.ts';
import { resolve } from './resolve.ts';
import type { Selection, Wiring } from './selection.ts';

/**
 * Resolves a change to an installed project. A component or template that is kept wires what the lock
 * says, whatever its registry has by now. @throws UserError
 */
export function resolveChange(
  { request, actions }: ChangeRequest,
  { lock, catalogue }: Pick<InstalledState, 'lock' | 'catalogue'>,
): Selection {
  const asInstalled = <One extends Component>(one: One): One =>
    actions.get(one.name) === 'keep' ? { ...one, wires: lock?.wires[one.name] ?? [] } : one;
  const template = request.template && asInstalled(request.template);
  return resolve({ ...request, template }, catalogue.components.map(asInstalled));
}

/** What the rendered files contain now, as the lock says. */
export function installedWiring({ template, components, slots, models = [], wires }: Lock): Wiring {
  const wiresOf = (owner: string, slot: Wire['slot']) =>
    (wires[owner] ?? []).filter((wire) => wire.slot === slot);
  const filled = (slot: ExclusiveSlot) => {
    const provider = slots[slot];
    return provider === undefined ? undefined : wiresOf(provider, slot)[0];
  };
  const owners = [...(template === undefined ? [] : [template]), ...Object.keys(components)];
  return {
    model: filled('model'),
    models: models.flatMap((name) => wiresOf(name, 'model')),
    store: filled('store'),
    tools: owners.flatMap((name) => wiresOf(name, 'tools')),
  };
}

/** The installed components and their files as their registries have them now, to find news in. */
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
    wiring: { model: undefined, models: [], store: undefined, tools: [] },
    notes: [],
  };
}
