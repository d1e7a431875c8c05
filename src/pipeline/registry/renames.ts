import type { Component } from './component.ts';

/** The moves and folds of a registry: the new path of each file of an earlier version. */
export type Renames = {
  /** Returns the path that a file has now, after all moves. Its own path if it never moved. */
  readonly newPathOf: (path: string) => string;
  /** Returns the earlier files that a file came from, in the order of a fold. */
  readonly oldPathsOf: (path: string) => readonly string[];
};

/** Collects the moves and folds of components. They have passed `renameProblem`. */
export function renamesOf(components: readonly Component[]): Renames {
  const sources = new Map(components.flatMap(sourcesByTarget));
  const targets = new Map(
    [...sources].flatMap(([to, from]) => from.map((path) => [path, to] as const)),
  );
  const newPathOf = (path: string): string => {
    const next = targets.get(path);
    return next === undefined || next === path ? path : newPathOf(next);
  };
  const oldPathsOf = (path: string): readonly string[] =>
    (sources.get(path) ?? []).flatMap((from) =>
      from === path ? [from] : [...oldPathsOf(from), from],
    );
  return { newPathOf, oldPathsOf };
}

function sourcesByTarget({ renamed = {} }: Component) {
  return Object.entries(renamed).map(([to, from]) => [to, [from].flat()] as const);
}

/** Returns what is wrong with the moves and folds of components, or undefined. */
export function renameProblem(components: readonly Component[]): string | undefined {
  const current = new Set(components.flatMap(({ files }) => files.map(({ to }) => to)));
  const targets = new Map<string, string>();
  const known = new Set<string>();
  for (const [to, sources] of components.flatMap(sourcesByTarget)) {
    if (known.has(to)) return `two components say what ${to} was before`;
    known.add(to);
    for (const from of sources) {
      const isKept = from === to && sources.length > 1;
      if (current.has(from) && !isKept) return `${from} cannot move to ${to}: it is still a file`;
      if (targets.has(from)) return `${from} moves to both ${targets.get(from)} and ${to}`;
      targets.set(from, to);
    }
  }
  const cycle = [...targets.keys()].find((path) => isInCycle(path, targets));
  if (cycle !== undefined) return `${cycle} moves in a circle`;
  return components.map((one) => targetOfOthers(one, targets)).find(Boolean);
}

/** A fold into a file that keeps its path is no cycle. */
function isInCycle(path: string, targets: ReadonlyMap<string, string>): boolean {
  const visited = new Set<string>();
  for (let next: string | undefined = path; next !== undefined; next = targets.get(next)) {
    if (targets.get(next) === next) return false;
    if (visited.has(next)) return true;
    visited.add(next);
  }
  return false;
}

/** The last target of a chain must be a file of the component that names it. */
function targetOfOthers(
  { name, files, renamed = {} }: Component,
  targets: ReadonlyMap<string, string>,
): string | undefined {
  const isOwn = (path: string) => files.some(({ to }) => to === path);
  const isLast = (path: string) => (targets.get(path) ?? path) === path;
  const other = Object.keys(renamed).find((path) => isLast(path) && !isOwn(path));
  return other && `${name} has no file ${other} to move another one to`;
}
