import type { Component, FileRef } from './component.ts';
import { refused } from './manifest.ts';
import { renameProblem } from './renames.ts';
import { collision, pathProblem, targetProblem } from '../text/safe-path.ts';

const maxFiles = 500;
const maxComponents = 500;
const renderable: readonly string[] = ['agent.ts', 'tools.ts', 'terminal/commands.ts'];
const maxRenames = 2000;

/**
 * The folder of every `target` in a `registry.json`. A target is relative to the repo's root, as in
 * shadcn; the tool replaces this folder by the user's.
 */
export const targetDir = 'src/agent/';

/**
 * Checks the components of a registry against each other: names, paths, requirements, package
 * ranges and wires. `where` names the registry in errors. @throws UserError
 */
export function checkRegistry(components: readonly Component[], where: string): void {
  const names = new Set(components.map((component) => component.name));
  const files = components.flatMap((component) => component.files);
  if (names.size < components.length) throw refused(where, 'two components have the same name');
  if (names.size > maxComponents)
    throw refused(where, `it has ${names.size} components; ${maxComponents} are allowed`);
  if (files.length > maxFiles)
    throw refused(where, `it has ${files.length} files; ${maxFiles} are allowed`);
  checkFiles(files, where);
  checkRenames(components, where);
  checkRequirements(components, names, where);
  checkRanges(components, where);
  checkWires(components, files, where);
}

function checkFiles(files: readonly FileRef[], where: string): void {
  for (const { from, to, role } of files) {
    if (role === 'rendered' && !renderable.includes(to))
      throw refused(where, `no template renders ${JSON.stringify(to)}`);
    const problem = pathProblem(from) ?? targetProblem(targetDir + to);
    if (problem) throw refused(where, `the path ${JSON.stringify(to)} is not allowed: ${problem}`);
  }
  const pair = collision(files.map((file) => file.to));
  if (pair) throw refused(where, `${pair[0]} and ${pair[1]} cannot both exist`);
}

function checkRenames(components: readonly Component[], where: string): void {
  const renames = components.flatMap(({ renamed = {} }) => Object.entries(renamed).flat(2));
  if (renames.length > maxRenames)
    throw refused(where, `it renames ${renames.length} files; ${maxRenames} are allowed`);
  for (const path of renames) {
    const problem = path.endsWith('.ts') ? targetProblem(targetDir + path) : 'it is not a .ts file';
    if (problem) throw refused(where, `it cannot rename ${JSON.stringify(path)}: ${problem}`);
  }
  const problem = renameProblem(components);
  if (problem !== undefined) throw refused(where, problem);
}

function checkRequirements(
  components: readonly Component[],
  names: ReadonlySet<string>,
  where: string,
): void {
  for (const { name, requires, comesWith } of components) {
    const unknown = requires.find((required) => !names.has(required));
    if (unknown) throw refused(where, `${name} requires "${unknown}", which it does not have`);
    const other = comesWith.find((one) => !names.has(one));
    if (other) throw refused(where, `${name} comes with "${other}", which it does not have`);
  }
}

function checkRanges(components: readonly Component[], where: string): void {
  const ranges = new Map<string, string>();
  for (const { dependencies, devDependencies } of components) {
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      if ((ranges.get(name) ?? range) !== range)
        throw refused(where, `components require two versions of ${name}`);
      ranges.set(name, range);
    }
  }
}

function checkWires(
  components: readonly Component[],
  files: readonly FileRef[],
  where: string,
): void {
  const modules = new Set(files.map(({ to }) => `./${to}`));
  const wires = components.flatMap((component) => component.wires);
  for (const { from } of wires.flatMap((wire) => [wire, ...(wire.uses ?? [])])) {
    if (!modules.has(from)) throw refused(where, `a wire imports ${from}, which no component has`);
  }
}
