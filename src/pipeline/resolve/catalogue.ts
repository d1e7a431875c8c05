import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Registry } from '../registry/registry-json.ts';

/** The components of all registries in use, and the orphans. */
export type Catalogue = {
  readonly components: readonly Component[];
  /** Names of installed components that no registry has. They have no files to copy. */
  readonly orphans: ReadonlySet<string>;
  /** Returns the registry that a component is copied from. @throws Error for an orphan */
  readonly registryOf: (component: string) => Pick<Registry, 'source' | 'version' | 'read'>;
};

/** The registries of a command. */
export type Sources = {
  /** The registry of new components: the one that the user names, by default the built-in one. */
  readonly named: Registry;
  /** Whether `named` also replaces the registries of installed components. */
  readonly replaces: boolean;
  /** The registries in the lock, by source. One that cannot be opened is absent. */
  readonly locked: ReadonlyMap<string, Registry>;
};

type Entry = { readonly component: Component; readonly registry: Registry };

/**
 * Combines registries into a catalogue that has each component once. An installed component comes
 * from the registry in the lock, unless `replaces` is set and `named` has it.
 */
export function combineRegistries(
  { named, replaces, locked }: Sources,
  lock: Lock | undefined,
): Catalogue {
  const found = new Map<string, Entry>();
  const orphans = new Map<string, Component>();
  for (const component of named.components)
    found.set(component.name, { component, registry: named });
  for (const [name, { source }] of Object.entries(lock?.components ?? {})) {
    if (replaces && found.has(name)) continue;
    const registry = source === named.source ? named : locked.get(source);
    const component = registry?.components.find((one) => one.name === name);
    found.delete(name);
    if (registry && component) found.set(name, { component, registry });
    else if (lock) orphans.set(name, orphanOf(name, lock));
  }
  const available = [...found.values()].map(({ component }) => component);
  return {
    components: [...available, ...orphans.values()],
    orphans: new Set(orphans.keys()),
    registryOf: (name) => {
      const entry = found.get(name);
      if (!entry) throw new Error(`No registry has ${name}.`);
      return entry.registry;
    },
  };
}

/** Builds an orphan from the lock: the components that it requested, and its wires. */
function orphanOf(name: string, lock: Lock): Component {
  const requested = Object.entries(lock.components).filter(
    ([, { requestedBy }]) => requestedBy === name,
  );
  return {
    name,
    summary: '',
    factors: [],
    requires: requested.map(([other]) => other),
    comesWith: [],
    files: [],
    dependencies: {},
    devDependencies: {},
    scripts: {},
    env: [],
    wires: lock.wires[name] ?? [],
    gitignore: [],
    nextSteps: [],
    changes: [],
  };
}
