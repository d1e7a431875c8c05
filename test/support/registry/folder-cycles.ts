import { posix } from 'node:path';

/** A file and the files that it imports, as paths from one folder. */
type FileImports = readonly [string, readonly string[]];

/**
 * Lists the imports from one folder to another that imports the first in turn, over any number of
 * folders.
 */
export function folderCycles(files: readonly FileImports[]): readonly string[] {
  const edges = files.flatMap(([path, targets]) => targets.map((target) => ({ path, target })));
  const next = new Map<string, Set<string>>();
  for (const { path, target } of edges) {
    const folder = posix.dirname(path);
    next.set(folder, (next.get(folder) ?? new Set()).add(posix.dirname(target)));
  }
  return edges
    .filter(({ path, target }) => posix.dirname(path) !== posix.dirname(target))
    .filter(({ path, target }) => leadsTo(next, posix.dirname(target), posix.dirname(path)))
    .map(({ path, target }) => `${path} imports ${target}`);
}

function leadsTo(
  next: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): boolean {
  const reached = new Set([from]);
  // A set grows while it is iterated, so this visits every folder that can be reached.
  for (const folder of reached) for (const one of next.get(folder) ?? []) reached.add(one);
  return reached.has(to);
}
