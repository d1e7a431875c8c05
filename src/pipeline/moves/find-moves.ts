import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import type { Registry } from '../registry/registry-json.ts';
import { renamesOf } from '../registry/renames.ts';

/** Files of the lock that are at another path in their registry now, or in another component. */
export type Move = {
  /** The paths in the lock, in the order of a fold. */
  readonly from: readonly string[];
  /** The path now. The same as in `from` if only the component changed. */
  readonly to: string;
  /** The owners of the old paths in the lock. */
  readonly givers: readonly string[];
  /** The component that has the file now. */
  readonly taker: string;
};

/** A move with the component that has the file now, and its registry. */
export type FoundMove = Move & { readonly component: Component; readonly registry: Registry };

/**
 * Finds the moves that a lock does not have yet. `registryFor` returns the registry of an installed
 * component; a registry moves only files that were copied from it. Files of a template follow the
 * first registry that moves them.
 */
export function findMoves(
  lock: Lock,
  registryFor: (component: string) => Registry | undefined,
): readonly FoundMove[] {
  const registries = Object.keys(lock.components).flatMap((name) => registryFor(name) ?? []);
  return [...new Set(registries)].flatMap((registry) => {
    const isOurs = (path: string): boolean => {
      const owner = lock.files[path]?.owner;
      if (owner === undefined) return false;
      return owner === lock.template || registryFor(owner) === registry;
    };
    return movesTo(registry, lock, isOurs);
  });
}

function movesTo(
  registry: Registry,
  lock: Lock,
  isOurs: (path: string) => boolean,
): readonly FoundMove[] {
  const renames = renamesOf(registry.components);
  return registry.components.flatMap((component) =>
    component.files.flatMap(({ to }) => {
      const found = (from: readonly string[]) => [
        { ...moveOf(from, path, component, lock), component, registry },
      ];
      const path = `${lock.dir}/${to}`;
      const oldPaths = renames.oldPathsOf(to).map((old) => `${lock.dir}/${old}`);
      const from = oldPaths.filter(isOurs);
      if (from.some((old) => old !== path)) return found(from);
      const owner = lock.files[path]?.owner ?? '';
      return isOurs(path) && gaveAway(owner, to, registry, lock) ? found([path]) : [];
    }),
  );
}

function moveOf(from: readonly string[], to: string, taker: Component, { files }: Lock): Move {
  const givers = from.flatMap((path) => files[path]?.owner ?? []);
  return { from, to, givers: [...new Set(givers)], taker: taker.name };
}

/** Whether a component had a file that another one of the same registry has at the same path. */
function gaveAway(owner: string, path: string, registry: Registry, lock: Lock): boolean {
  const component = registry.components.find(({ name }) => name === owner);
  if (component) return component.files.every(({ to }) => to !== path);
  return lock.components[owner]?.source === registry.source;
}

/** Returns the old path and the new path of every file that components ever moved. */
export function allMoves(
  components: readonly Component[],
  dir: string,
): readonly (readonly [from: string, to: string])[] {
  const { newPathOf } = renamesOf(components);
  const old = components.flatMap(({ renamed = {} }) => Object.values(renamed).flat());
  return old
    .filter((path) => newPathOf(path) !== path)
    .map((path) => [`${dir}/${path}`, `${dir}/${newPathOf(path)}`] as const);
}
