import type { Lock, LockedComponent } from '../lock/lock-file.ts';
import type { Component, ExclusiveSlot } from '../registry/component.ts';
import { slots } from '../resolve/resolve.ts';
import type { SelectedComponent, SelectedFile, Selection, Wiring } from '../resolve/selection.ts';
import type { Entries } from '../text/entries.ts';
import { hash } from '../text/hash.ts';
import { actionOf, type Materials } from './materials.ts';
import { renderFile, templatesOf } from './render-file.ts';
import type { Wanted } from './wanted.ts';

/** The next lock without what later stages add: files, and what the shared files were given. */
export function renderLock(selection: Selection, materials: Materials): Wanted['lock'] {
  const { request, components, wiring } = selection;
  const { installed, tool } = materials;
  const owners = [...templatesOf(selection), ...components.map(({ component }) => component)];
  const models = wiring.models.flatMap((wire) => namesOfWire(wire, components));
  const template = request.template?.name ?? installed?.lock.template;
  const filled = slots.flatMap((slot) =>
    providersOf(slot, wiring, components).map((name) => [slot, name]),
  );
  const wires = owners.filter((one) => one.wires.length > 0).map((one) => [one.name, one.wires]);
  return {
    format: 1,
    tool,
    dir: request.dir,
    ...(template === undefined ? {} : { template }),
    tests: request.tests,
    slots: Object.fromEntries(filled) as Entries,
    ...(models.length === 0 ? {} : { models }),
    components: Object.fromEntries(
      components.map((one) => [one.component.name, lockComponent(one, selection, materials)]),
    ),
    wires: Object.fromEntries(wires) as Lock['wires'],
  };
}

function lockComponent(
  { component, by }: SelectedComponent,
  selection: Selection,
  materials: Materials,
): LockedComponent {
  const { name } = component;
  const { installed, registryOf } = materials;
  const before = installed?.lock.components[name];
  if (before && actionOf(name, installed) === 'keep') return { ...before, requestedBy: by };
  const { source, version } = registryOf(name);
  const contentHash = componentHash(component, selection, materials);
  // With the same content it keeps the version that the lock has.
  if (before?.hash === contentHash && before.source === source) {
    return { ...before, requestedBy: by };
  }
  return { source, version, hash: contentHash, requestedBy: by };
}

function providersOf(
  slot: ExclusiveSlot,
  wiring: Wiring,
  components: readonly SelectedComponent[],
): readonly string[] {
  const wire = wiring[slot];
  return wire === undefined ? [] : namesOfWire(wire, components);
}

function namesOfWire(
  wire: Component['wires'][number],
  components: readonly SelectedComponent[],
): readonly string[] {
  const owners = components.filter(({ component }) => component.wires.includes(wire));
  return owners.map(({ component }) => component.name);
}

// The text of a rendered file depends on the whole wiring, so a hash takes it with this one.
const sampleWiring: Wiring = {
  model: { slot: 'model', key: 'a', name: 'a', from: './a.ts', value: 'a()' },
  models: [{ slot: 'model', key: 'e', name: 'e', from: './e.ts', value: 'e()' }],
  store: { slot: 'store', key: 'b', name: 'b', from: './b.ts', value: 'b()' },
  tools: [{ slot: 'tools', key: 'c', name: 'd', from: './c.ts', value: 'd' }],
};

/** sha256 (hex) of a component's content: its manifest, files, and templates of rendered files. */
export function componentHash(
  component: Component,
  selection: Selection,
  materials: Materials,
): string {
  const sample = { ...selection, wiring: sampleWiring };
  const isOwn = ({ owner, origin }: SelectedFile) =>
    owner === component.name && origin === 'registry';
  const texts = selection.files
    .filter(isOwn)
    .map((file) => [file.from, renderFile(file, sample, materials)]);
  return hash(JSON.stringify([component, texts]));
}

/** The installed components whose registry has other content than the lock says; never an orphan. */
export function changedComponents(
  { components }: Pick<Lock, 'components'>,
  orphans: ReadonlySet<string>,
  selection: Selection,
  materials: Materials,
): ReadonlySet<string> {
  const known = selection.components.filter(({ component }) => !orphans.has(component.name));
  const changed = known.filter(
    ({ component }) =>
      components[component.name]?.hash !== componentHash(component, selection, materials),
  );
  return new Set(changed.map(({ component }) => component.name));
}
