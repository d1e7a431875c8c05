import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Registry } from '../registry/registry-json.ts';

/**
 * Components of one or more registries; `from` gives the one that a component is taken from. `ghosts` are installed, and
 * no registry has them: they have no files to give, and what they wire is as it was.
 */
export type Catalogue = {
  readonly components: readonly Component[];
  readonly orphans: ReadonlySet<string>;
  readonly registryOf: (component: string) => Pick<Registry, 'source' | 'version' | 'read'>;
};

/** Which registry gives what: `named` by the user for new components, and `replaces` where it is to give old ones too. */
export type Sources = {
  readonly named: Registry;
  readonly replaces: boolean;
  /** The registries that the lock names, by their source; one that cannot be opened is left out. */
  readonly locked: ReadonlyMap<string, Registry>;
};

/** The components that there are to choose from, each from one registry: an installed one from where it came. */
export function combineRegistries(
  { named, replaces, locked }: Sources,
  lock: Lock | undefined,
): Catalogue {
  const found = new Map<string, { component: Component; registry: Registry }>();
  const ghosts = new Map<string, Component>();
  for (const component of named.components)
    found.set(component.name, { component, registry: named });
  for (const [name, { source }] of Object.entries(lock?.components ?? {})) {
    if (replaces && found.has(name)) continue;
    const registry = source === named.source ? named : locked.get(source);
    const component = registry?.components.find((one) => one.name === name);
    found.delete(name);
    if (registry && component) found.set(name, { component, registry });
    else if (lock) ghosts.set(name, orphanOf(name, lock));
  }
  return {
    components: [...[...found.values()].map(({ component }) => component), ...ghosts.values()],
    orphans: new Set(ghosts.keys()),
    registryOf: (name) => {
      const entry = found.get(name);
      if (!entry) throw new Error(`No registry has ${name}.`);
      return entry.registry;
    },
  };
}

/** What the lock alone knows of a component: what came for it, and what it wired. */
function orphanOf(name: string, lock: Lock): Component {
  const requires = Object.entries(lock.components).flatMap(([other, { requestedBy }]) =>
    requestedBy === name ? [other] : [],
  );
  return {
    name,
    summary: '',
    factors: [],
    requires,
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
