import type { Lock, LockedComponent } from '../lock/lock-file.ts';
import type { Component, ExclusiveSlot, Wire } from '../registry/component.ts';
import { slots } from '../resolve/resolve.ts';
import type { SelectedComponent, SelectedFile, Selection, Wiring } from '../resolve/selection.ts';
import { omitUndefined } from '../text/entries.ts';
import { hash } from '../text/hash.ts';
import { actionOf, type Materials } from './materials.ts';
import { renderFile, templatesOf } from './render-file.ts';
import type { Wanted } from './wanted.ts';

/** Builds the next lock. Later stages add the files and the entries of shared files. */
export function renderLock(selection: Selection, materials: Materials): Wanted['lock'] {
  const { request, components, wiring } = selection;
  const { installed, tool } = materials;
  const owners = [...templatesOf(selection), ...components.map(({ component }) => component)];
  const models = wiring.models.flatMap((wire) => namesOfWire(wire, components));
  const template = request.template?.name ?? installed?.lock.template;
  const filled = slots.flatMap((slot) =>
    providersOf(slot, wiring, components).map((name) => [slot, name] as const),
  );
  const locked = components.map(
    (one) => [one.component.name, lockComponent(one, selection, materials)] as const,
  );
  const wires = owners
    .filter((owner) => owner.wires.length > 0)
    .map((owner) => [owner.name, owner.wires] as const);
  return {
    format: 1,
    tool,
    dir: request.dir,
    ...omitUndefined({ template }),
    tests: request.tests,
    slots: Object.fromEntries(filled),
    ...(models.length > 0 && { models }),
    components: Object.fromEntries(locked),
    wires: Object.fromEntries(wires),
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
  // The same content keeps the version in the lock.
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
  if (wire === undefined) return [];
  return namesOfWire(wire, components);
}

function namesOfWire(wire: Wire, components: readonly SelectedComponent[]): readonly string[] {
  const owners = components.filter(({ component }) => component.wires.includes(wire));
  return owners.map(({ component }) => component.name);
}

// The text of a rendered file depends on the whole wiring. A component's hash must not, so the file
// is hashed as rendered from this fixed wiring.
const sampleWiring: Wiring = {
  model: { slot: 'model', key: 'a', name: 'a', from: './a.ts', value: 'a()' },
  models: [{ slot: 'model', key: 'e', name: 'e', from: './e.ts', value: 'e()' }],
  store: { slot: 'store', key: 'b', name: 'b', from: './b.ts', value: 'b()' },
  runner: undefined,
  outbox: [{ slot: 'outbox', key: 'i', name: 'i', from: './i.ts', value: 'i' }],
  channels: [{ slot: 'channels', key: 'g', name: 'g', from: './g.ts', value: 'g()' }],
  triggers: [{ slot: 'triggers', key: 'h', name: 'h', from: './h.ts', value: 'h()' }],
  agents: [{ slot: 'agents', key: 'j', name: 'j', from: './j.ts', value: 'j' }],
  prefetch: [{ slot: 'prefetch', key: 'j', name: 'j', from: './j.ts', value: 'j()' }],
  tools: [{ slot: 'tools', key: 'c', name: 'd', from: './c.ts', value: 'd' }],
  commands: [{ slot: 'commands', key: 'f', name: 'f', from: './f.ts', value: 'f' }],
};

/** Returns the sha256 (hex) of a component: its manifest, files, and templates. */
function componentHash(component: Component, selection: Selection, materials: Materials): string {
  const sample = { ...selection, wiring: sampleWiring };
  const isOwn = ({ owner, origin }: SelectedFile) =>
    owner === component.name && origin === 'registry';
  const texts = selection.files
    .filter(isOwn)
    .map((file) => [file.from, renderFile(file, sample, materials)]);
  return hash(JSON.stringify([component, texts]));
}

/**
 * Returns the installed components whose registry has other content than the lock. An orphan has no
 * registry and is never one of them.
 */
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
