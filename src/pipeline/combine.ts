import type { Catalogue, Component, Lock, Registry } from '../types.ts';

/** Which registry gives what: `named` by the user for new components, and `replaces` where it is to give old ones too. */
export type Sources = {
  readonly named: Registry;
  readonly replaces: boolean;
  /** The registries that the lock names, by their source; one that cannot be opened is left out. */
  readonly locked: ReadonlyMap<string, Registry>;
};

/** The components that there are to choose from, each from one registry: an installed one from where it came. */
export function combine({ named, replaces, locked }: Sources, lock: Lock | undefined): Catalogue {
  const found = new Map<string, { component: Component; registry: Registry }>();
  const take = (registry: Registry, component: Component) => found.set(component.name, { component, registry });
  for (const component of named.components) take(named, component);
  for (const [name, { source }] of Object.entries(lock?.components ?? {})) {
    if (replaces && found.has(name)) continue;
    const registry = source === named.source ? named : locked.get(source);
    const component = registry?.components.find((one) => one.name === name);
    if (registry && component) take(registry, component);
    else found.delete(name);
  }
  return {
    components: [...found.values()].map(({ component }) => component),
    from: (name) => {
      const entry = found.get(name);
      if (!entry) throw new Error(`No registry has ${name}.`);
      return entry.registry;
    },
  };
}
