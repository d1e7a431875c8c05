import * as z from 'zod/mini';
import type { Component, FileRef } from './component.ts';
import type { Entries } from '../text/entries.ts';
import { parse, refused } from './manifest.ts';
import { collision, pathProblem, targetProblem } from '../text/safe-path.ts';
import { common, dependencies, listOf } from './manifest-schema.ts';

/** `version` is the tool's that built it. `read` gives a file's text, by its `from`. */
export type Registry = {
  readonly source: string;
  readonly version: string;
  readonly components: readonly Component[];
  readonly read: (from: string) => Promise<string>;
};

const maxFiles = 500;
const maxComponents = 500;
const renderable: readonly string[] = ['agent.ts', 'tools.ts'];
/** Where `target`s lie: a shadcn target is relative to the repo's root, ours to `dir`, whose default this is. */
const targetDir = 'src/agent/';

const { name, title, summary, requires, ...meta } = common;
const item = z.strictObject({
  name,
  type: z.literal('registry:item'),
  title,
  description: summary,
  dependencies: listOf(z.string()),
  devDependencies: listOf(z.string()),
  registryDependencies: requires,
  files: z.array(
    z.strictObject({ path: z.string(), type: z.literal('registry:file'), target: z.string() }),
  ),
  envVars: z.exactOptional(z.record(z.string(), z.string())),
  meta: z.strictObject({
    ...meta,
    roles: z._default(z.record(z.string(), z.enum(['test', 'seed', 'rendered'])), {}),
  }),
});

const registryFile = z.strictObject({
  $schema: z.exactOptional(z.string()),
  name: z.string(),
  homepage: z.string(),
  version: z.string().check(z.regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, 'must be a version')),
  items: z.array(item),
});

/** What a registry's `registry.json` holds; `where` names it in errors. @throws UserError */
export function parseRegistry(
  text: string,
  where: string,
): { version: string; components: Component[] } {
  const { version, items } = parse(registryFile, text, where);
  const components = items.map((entry) => toComponent(entry, where));
  checkTogether(components, where);
  return { version, components };
}

function toComponent(entry: z.output<typeof item>, where: string): Component {
  const { roles, ...ours } = entry.meta;
  return {
    name: entry.name,
    ...(entry.title === undefined ? {} : { title: entry.title }),
    summary: entry.description,
    requires: entry.registryDependencies,
    files: entry.files.map(({ path, target }): FileRef => {
      if (!target.startsWith(targetDir))
        throw refused(
          where,
          `${entry.name} has a target outside ${targetDir}: ${JSON.stringify(target)}`,
        );
      return {
        from: path,
        to: target.slice(targetDir.length),
        role: (Object.hasOwn(roles, path) ? roles[path] : undefined) ?? 'source',
      };
    }),
    dependencies: split(entry.dependencies, where),
    devDependencies: split(entry.devDependencies, where),
    ...ours,
  };
}

/** `zod@^4.1.0` as name and range. */
function split(specs: readonly string[], where: string): Entries {
  const pairs = specs.map((spec) => [
    spec.slice(0, spec.lastIndexOf('@')),
    spec.slice(spec.lastIndexOf('@') + 1),
  ]);
  return parse(dependencies, JSON.stringify(Object.fromEntries(pairs)), where);
}

/** Checks what only shows across components: paths, owners, names, versions. @throws UserError */
export function checkTogether(components: readonly Component[], where: string): void {
  const names = new Set(components.map((component) => component.name));
  if (names.size < components.length) throw refused(where, 'two components have one name');
  const files = components.flatMap((component) => component.files);
  if (names.size > maxComponents)
    throw refused(where, `it has ${names.size} components; ${maxComponents} are allowed`);
  if (files.length > maxFiles)
    throw refused(where, `it has ${files.length} files; ${maxFiles} are allowed`);
  for (const { from, to, role } of files) {
    if (role === 'rendered' && !renderable.includes(to))
      throw refused(where, `nothing renders ${JSON.stringify(to)}`);
    const problem = pathProblem(from) ?? targetProblem(targetDir + to);
    if (problem) throw refused(where, `the path ${JSON.stringify(to)} is not allowed: ${problem}`);
  }
  const pair = collision(files.map((file) => file.to));
  if (pair) throw refused(where, `${pair[0]} and ${pair[1]} are one file or in each other's way`);
  for (const { name: asking, requires: required } of components) {
    const unknown = required.find((one) => !names.has(one));
    if (unknown) throw refused(where, `${asking} requires "${unknown}", which is not there`);
  }
  checkRanges(components, where);
  checkWires(components, where);
}

function checkWires(components: readonly Component[], where: string): void {
  const there = new Set(
    components.flatMap((component) => component.files.map(({ to }) => `./${to}`)),
  );
  for (const { wires } of components) {
    for (const { from } of wires.flatMap((wire) => [wire, ...(wire.uses ?? [])])) {
      if (!there.has(from)) throw refused(where, `a wire imports ${from}, which no component has`);
    }
  }
}

function checkRanges(components: readonly Component[], where: string): void {
  const ranges = new Map<string, string>();
  for (const component of components) {
    for (const [name, range] of Object.entries({
      ...component.dependencies,
      ...component.devDependencies,
    })) {
      if ((ranges.get(name) ?? range) !== range)
        throw refused(where, `components want ${name} in two versions`);
      ranges.set(name, range);
    }
  }
}

/** The text of `registry.json` for checked components: shadcn's format, ours under `meta`. */
export function formatRegistry(
  components: readonly Component[],
  about: { version: string; homepage: string },
): string {
  const registry = {
    $schema: 'https://ui.shadcn.com/schema/registry.json',
    name: 'create-12-factor-agent',
    ...about,
    items: components.map(toItem),
  };
  return JSON.stringify(registry, undefined, 2) + '\n';
}

function toItem(component: Component): object {
  const { factors, scripts, env, wires, gitignore, nextSteps, changes } = component;
  const roles = component.files.flatMap(({ from, role }) =>
    role === 'source' ? [] : [[from, role] as const],
  );
  return {
    name: component.name,
    type: 'registry:item',
    ...(component.title === undefined ? {} : { title: component.title }),
    description: component.summary,
    dependencies: join(component.dependencies),
    devDependencies: join(component.devDependencies),
    registryDependencies: component.requires,
    files: component.files.map(({ from, to }) => ({
      path: from,
      type: 'registry:file',
      target: targetDir + to,
    })),
    envVars: Object.fromEntries(env.map(({ name, value }) => [name, value ?? ''])),
    meta: {
      factors,
      scripts,
      env,
      wires,
      gitignore,
      nextSteps,
      changes,
      roles: Object.fromEntries(roles),
    },
  };
}

function join(packages: Entries): string[] {
  return Object.entries(packages).map(([name, range]) => `${name}@${range}`);
}
