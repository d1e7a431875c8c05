import type { Component, Entries, Needs } from '../../types.ts';
import { quoted } from '../resolve/project-name.ts';
import { mergePackages } from '../repo/edit-package-json.ts';

/** What components in the folder `dir` together need of the files that are not theirs alone. */
export function needsOf(components: readonly Component[], dir = ''): Needs {
  const env = components.flatMap((component) => component.env);
  const block = ({ name, about, value }: Component['env'][number]) => [name, `# ${about}\n${name}=${value ?? ''}\n`];
  const { scripts, ...packages } = mergePackages(components);
  const inDir = (path: string) => quoted(path.replace('{dir}', () => dir));
  const placed = ([name, script]: [string, string]) => [name, script.replaceAll(/\{dir\}\S*/g, inDir)];
  return {
    ...packages,
    scripts: Object.fromEntries(Object.entries(scripts).map(placed)) as Entries,
    env: Object.fromEntries(env.map(block)) as Entries,
    gitignore: [...new Set(components.flatMap((component) => component.gitignore))],
  };
}

/** The names in it, by which a thing is kept: packages, variables, and lines. */
export function namesOf({ dependencies, devDependencies, scripts, env, gitignore }: Needs): readonly string[] {
  return [...[dependencies, devDependencies, scripts, env].flatMap((entries) => Object.keys(entries)), ...gitignore];
}

/** Nothing at all. */
export const noNeeds: Needs = { dependencies: {}, devDependencies: {}, scripts: {}, env: {}, gitignore: [] };
