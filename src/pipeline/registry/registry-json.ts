import * as z from 'zod/mini';
import type { Component, FileRef } from './component.ts';
import { omitUndefined, type Entries } from '../text/entries.ts';
import { checkRegistry, targetDir } from './check-registry.ts';
import { parse, refused } from './manifest.ts';
import { commonFields, dependenciesSchema, listOf, renamedSchema } from './manifest-schema.ts';

/** An open registry. */
export type Registry = {
  /** The folder as the user or the lock names it, or `built-in`. */
  readonly source: string;
  /** The version of the tool that built `registry.json`. */
  readonly version: string;
  readonly components: readonly Component[];
  /** Returns the text of a file, by its `from`. */
  readonly read: (from: string) => Promise<string>;
};

const { name, title, summary, requires, ...metaFields } = commonFields;
const itemSchema = z.strictObject({
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
    ...metaFields,
    renamed: z.exactOptional(renamedSchema),
    roles: z._default(z.record(z.string(), z.enum(['test', 'seed', 'rendered'])), {}),
    moreTests: listOf(z.string()),
  }),
});
type Item = z.output<typeof itemSchema>;

const registrySchema = z.strictObject({
  $schema: z.exactOptional(z.string()),
  name: z.string(),
  homepage: z.string(),
  version: z.string().check(z.regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, 'must be a version')),
  items: z.array(itemSchema),
});

/** Parses and checks a `registry.json`. `where` names it in errors. @throws UserError */
export function parseRegistry(
  text: string,
  where: string,
): { version: string; components: Component[] } {
  const { version, items } = parse(registrySchema, text, where);
  const components = items.map((item) => toComponent(item, where));
  checkRegistry(components, where);
  return { version, components };
}

// The order of the keys counts: the hash of a component is taken over its JSON.
function toComponent(item: Item, where: string): Component {
  const { roles, moreTests, ...rest } = item.meta;
  return {
    name: item.name,
    ...omitUndefined({ title: item.title }),
    summary: item.description,
    requires: item.registryDependencies,
    files: item.files.map((file) => toFileRef(file, item, where)),
    dependencies: parsePackages(item.dependencies, where),
    devDependencies: parsePackages(item.devDependencies, where),
    ...rest,
  };
}

function toFileRef({ path, target }: Item['files'][number], item: Item, where: string): FileRef {
  if (!target.startsWith(targetDir)) {
    const problem = `${item.name} has a target outside ${targetDir}: ${JSON.stringify(target)}`;
    throw refused(where, problem);
  }
  const { roles, moreTests } = item.meta;
  const role = Object.hasOwn(roles, path) ? roles[path] : undefined;
  const file: FileRef = {
    from: path,
    to: target.slice(targetDir.length),
    role: role ?? 'source',
  };
  if (!moreTests.includes(path)) return file;
  if (role !== 'test') throw refused(where, `${path} is one of moreTests, but not a test`);
  return { ...file, onlyWithAllTests: true };
}

/** Splits packages like `zod@^4.1.0` into names and ranges. */
function parsePackages(specs: readonly string[], where: string): Entries {
  const pairs = specs.map((spec) => {
    const at = spec.lastIndexOf('@');
    return [spec.slice(0, at), spec.slice(at + 1)] as const;
  });
  return parse(dependenciesSchema, JSON.stringify(Object.fromEntries(pairs)), where);
}

/** Writes `registry.json` in shadcn's format. Our own fields are under `meta`. */
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
  const { comesWith, factors, scripts, env, wires, gitignore, nextSteps, changes } = component;
  const roles = component.files
    .filter(({ role }) => role !== 'source')
    .map(({ from, role }) => [from, role] as const);
  const more = component.files.filter(({ onlyWithAllTests }) => onlyWithAllTests);
  const files = component.files.map(({ from, to }) => ({
    path: from,
    type: 'registry:file',
    target: targetDir + to,
  }));
  const meta = { comesWith, factors, scripts, env, wires, gitignore, nextSteps, changes };
  return {
    name: component.name,
    type: 'registry:item',
    ...omitUndefined({ title: component.title }),
    description: component.summary,
    dependencies: formatPackages(component.dependencies),
    devDependencies: formatPackages(component.devDependencies),
    registryDependencies: component.requires,
    files,
    envVars: Object.fromEntries(env.map((variable) => [variable.name, variable.value ?? ''])),
    meta: {
      ...meta,
      ...omitUndefined({ engines: component.engines, renamed: component.renamed }),
      roles: Object.fromEntries(roles),
      ...(more.length > 0 && { moreTests: more.map(({ from }) => from) }),
    },
  };
}

function formatPackages(packages: Entries): readonly string[] {
  return Object.entries(packages).map(([packageName, range]) => `${packageName}@${range}`);
}
