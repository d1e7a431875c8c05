import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import { findMoves, type Move } from '../moves/find-moves.ts';
import type { Registry } from '../registry/registry-json.ts';
import { renamesOf } from '../registry/renames.ts';

/** The components of all registries in use, and the orphans. */
export type Catalogue = {
  readonly components: readonly Component[];
  /** Names of installed components that no registry has. They have no files to copy. */
  readonly orphans: ReadonlySet<string>;
  /** Returns the registry that a component is copied from. @throws Error for an orphan */
  readonly registryOf: (component: string) => Pick<Registry, 'source' | 'version' | 'read'>;
  /** The files of the lock that are at another path or in another component now. */
  readonly moves: readonly Move[];
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
 * from the registry in the lock, unless `replaces` is set and `named` has it or its files. A
 * component that takes over a file of an installed one comes from the same registry.
 */
export function combineRegistries(sources: Sources, lock: Lock | undefined): Catalogue {
  const { found, orphans } = findComponents(sources, lock);
  const moves = lock ? movesOfFound(found, sources, lock) : [];
  for (const { component, registry } of moves) {
    if (!found.has(component.name)) found.set(component.name, { component, registry });
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
    moves: moves.map(({ move }) => move),
  };
}

type Found = Map<string, Entry>;

function findComponents({ named, replaces, locked }: Sources, lock: Lock | undefined) {
  const found: Found = new Map();
  const orphans = new Map<string, Component>();
  for (const component of named.components)
    found.set(component.name, { component, registry: named });
  for (const [name, { source }] of Object.entries(lock?.components ?? {})) {
    if (replaces && found.has(name)) continue;
    const isReplaced = replaces && lock !== undefined && takesFilesOf(name, named, lock);
    const registry = source === named.source ? named : locked.get(source);
    const component = registry?.components.find((one) => one.name === name);
    found.delete(name);
    if (registry && component && !isReplaced) found.set(name, { component, registry });
    else if (lock) orphans.set(name, orphanOf(name, lock));
  }
  return { found, orphans };
}

/**
 * Returns the moves of the lock's files, each with the component that has the file now. A move to a
 * component whose name another registry has too is left out.
 */
function movesOfFound(
  found: Found,
  { named, replaces, locked }: Sources,
  lock: Lock,
): readonly (Entry & { readonly move: Move })[] {
  const registryFor = (name: string): Registry | undefined => {
    const entry = found.get(name);
    if (entry || replaces) return entry?.registry ?? named;
    const source = lock.components[name]?.source;
    return source === undefined || source === named.source ? named : locked.get(source);
  };
  return findMoves(lock, registryFor).flatMap(({ registry, component, ...move }) => {
    const entry = found.get(component.name) ?? { component, registry };
    return entry.component === component ? [{ ...entry, move }] : [];
  });
}

/** Whether a registry without a component has moved files of it. */
function takesFilesOf(name: string, { components }: Registry, { files, dir }: Lock): boolean {
  const { newPathOf } = renamesOf(components);
  const paths = Object.keys(files).filter((path) => files[path]?.owner === name);
  return paths.some((path) => newPathOf(path.slice(dir.length + 1)) !== path.slice(dir.length + 1));
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
