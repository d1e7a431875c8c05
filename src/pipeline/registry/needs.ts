import type { Component, EnvVar } from './component.ts';
import { type Entries, without } from '../text/entries.ts';
import { quoted } from '../text/quote.ts';
import { isHigher, type Packages } from '../repo/edit-package-json.ts';

/** The files that components and the user share. Only in a new project they are written whole. */
export const sharedPaths: readonly string[] = ['package.json', '.env.example', '.gitignore'];

/** The entries that components need in shared files. */
export type Needs = Packages & {
  /** Variable name to its lines in `.env.example`. */
  readonly env: Entries;
  readonly gitignore: readonly string[];
};

/** Returns the combined needs of components. `dir` is the folder that they are in. */
export function needsOf(components: readonly Component[], dir = ''): Needs {
  const { scripts, ...packages } = mergePackages(components);
  const scriptsInDir = Object.entries(scripts).map(
    ([name, script]) => [name, fillDir(script, dir)] as const,
  );
  const variables = components.flatMap((component) => component.env);
  const ignored = components.flatMap((component) => component.gitignore);
  return {
    ...packages,
    scripts: Object.fromEntries(scriptsInDir),
    env: Object.fromEntries(variables.map((one) => [one.name, formatVariable(one)])),
    gitignore: [...new Set(ignored)],
  };
}

/** Fills `{dir}` into a script. Quotes the whole path, as the folder's name may have a space. */
function fillDir(script: string, dir: string): string {
  return script.replaceAll(/\{dir\}\S*/g, (path) => quoted(path.replace('{dir}', () => dir)));
}

function formatVariable({ name, about, value = '' }: EnvVar): string {
  return `# ${about}\n${name}=${value}\n`;
}

/** Returns the names of all entries: packages, scripts, variables, and lines of `.gitignore`. */
export function namesOf(needs: Needs): readonly string[] {
  const { dependencies, devDependencies, scripts, env, gitignore } = needs;
  const records = [dependencies, devDependencies, scripts, env];
  return [...records.flatMap((entries) => Object.keys(entries)), ...gitignore];
}

/** The needs of no component. */
export const noNeeds: Needs = {
  dependencies: {},
  devDependencies: {},
  scripts: {},
  env: {},
  gitignore: [],
};

/** Returns the combined entries of package.json. A package in both kinds is no devDependency. */
export function mergePackages(components: readonly Component[]): Packages {
  const dependencies = mergeEntries(components.map((one) => one.dependencies));
  const devDependencies = mergeEntries(components.map((one) => one.devDependencies));
  return {
    dependencies,
    devDependencies: without(devDependencies, dependencies),
    scripts: mergeEntries(components.map((one) => one.scripts)),
  };
}

/** Merges entries. Of two ranges for one package, the higher is kept; otherwise the first value. */
function mergeEntries(all: readonly Entries[]): Entries {
  const merged: Record<string, string> = {};
  for (const [name, value] of all.flatMap((entries) => Object.entries(entries))) {
    const before = merged[name];
    if (before === undefined || isHigher(value, before)) merged[name] = value;
  }
  return merged;
}
