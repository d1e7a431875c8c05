import type { Catalogue } from '../resolve/catalogue.ts';
import type { Component, ExclusiveSlot, Wire } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import type { Selection } from '../resolve/selection.ts';
import { type InstalledState, isInstalled } from '../resolve/change-request.ts';
import { slots } from '../resolve/resolve.ts';

/**
 * Returns the lines that `add` prints before its plan: the new components, the requested ones that
 * are already installed, and those that could fill a slot but do not. `names` are the requested
 * components.
 */
export function addedHeadline(
  names: readonly string[],
  { lock, catalogue }: InstalledState,
  selection: Selection,
  manager: PackageManager,
): readonly string[] {
  const added = selection.components
    .map(({ component }) => component)
    .filter(({ name }) => !isInstalled(name, lock));
  const requested = added.filter(({ name }) => names.includes(name));
  const others = added.filter(({ name }) => !names.includes(name));
  return [
    ...addedLine(requested, others, catalogue),
    ...names
      .filter((name) => isInstalled(name, lock))
      .map((name) => `${name}: already installed${originOf(name, selection)}`),
    ...selection.components
      .map(({ component }) => component)
      .filter((one) => requested.includes(one) || isNewlyListed(one, lock, selection))
      .flatMap((one) => unwiredNotes(one, selection, names, runTool(manager))),
    ...selection.notes,
  ];
}

/** Returns a line such as `slack 0.1.0 (factors 7, 11); also adds server`. */
function addedLine(
  requested: readonly Component[],
  others: readonly Component[],
  catalogue: Catalogue,
): readonly string[] {
  if (requested.length === 0) return [];
  const titles = requested.map((component) => titleOf(component, catalogue)).join(', ');
  if (others.length === 0) return [titles];
  return [`${titles}; also adds ${others.map(({ name }) => name).join(', ')}`];
}

function titleOf({ name, factors }: Component, catalogue: Catalogue): string {
  const title = `${name} ${catalogue.registryOf(name).version}`;
  if (factors.length === 0) return title;
  const noun = factors.length === 1 ? 'factor' : 'factors';
  return `${title} (${noun} ${factors.join(', ')})`;
}

/** Names the component that an installed one came with: removing that one removes both. */
function originOf(name: string, { components }: Selection): string {
  const by = components.find(({ component }) => component.name === name)?.by;
  if (by === undefined || by === 'you' || by === 'template') return '';
  return ` (with ${by})`;
}

/** Whether the policy can choose the model of a component from now on. */
function isNewlyListed(
  { name, wires }: Component,
  lock: Lock | undefined,
  { wiring }: Selection,
): boolean {
  const isListed = wiring.models.some((wire) => wires.includes(wire));
  return isListed && !lock?.models?.includes(name);
}

/** Returns a sentence for each slot that a component could fill while another one fills it. */
function unwiredNotes(
  component: Component,
  selection: Selection,
  names: readonly string[],
  tool: string,
): readonly string[] {
  const { name, wires } = component;
  const isRequested = names.includes(name);
  const use = `${tool} add ${name} --use`;
  return slots.flatMap((slot: ExclusiveSlot) => {
    const wired = selection.wiring[slot];
    const own = wires.find((wire) => wire.slot === slot);
    if (!own || !wired || own === wired) return [];
    if (selection.wiring.models.includes(own)) return [listedNote(own, wired, isRequested, use)];
    return [`agent.ts keeps its ${slot}, ${wired.value}. To wire ${name} instead: ${use}`];
  });
}

function listedNote(own: Wire, wired: Wire, isRequested: boolean, use: string): string {
  const listed = `lists ${own.key} in models: modelFor in policy.ts can choose it.`;
  if (!isRequested) return `agent.ts gets ${wired.value} as its model, and ${listed}`;
  return `agent.ts keeps its model, ${wired.value}, and ${listed} To make it the model: ${use}`;
}
