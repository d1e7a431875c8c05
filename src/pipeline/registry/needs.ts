import type { Component } from './component.ts';
import type { Entries } from '../text/entries.ts';
import { quoted } from '../text/quote.ts';
import { isHigher, type Packages } from '../repo/edit-package-json.ts';

/** What components need of the files that they share with everything else in the repo. */
export type Needs = Packages & {
  /** Variable name to its lines in `.env.example`. */
  readonly env: Entries;
  readonly gitignore: readonly string[];
};

/** What components in the folder `dir` together need of the files that are not theirs alone. */
export function needsOf(components: readonly Component[], dir = ''): Needs {
  const env = components.flatMap((component) => component.env);
  const block = ({ name, about, value }: Component['env'][number]) => [
    name,
    `# ${about}\n${name}=${value ?? ''}\n`,
  ];
  const { scripts, ...packages } = mergePackages(components);
  const inDir = (path: string) => quoted(path.replace('{dir}', () => dir));
  const placed = ([name, script]: [string, string]) => [
    name,
    script.replaceAll(/\{dir\}\S*/g, inDir),
  ];
  return {
    ...packages,
    scripts: Object.fromEntries(Object.entries(scripts).map(placed)) as Entries,
    env: Object.fromEntries(env.map(block)) as Entries,
    gitignore: [...new Set(components.flatMap((component) => component.gitignore))],
  };
}

/** The names in it, by which a thing is kept: packages, variables, and lines. */
export function namesOf({
  dependencies,
  devDependencies,
  scripts,
  env,
  gitignore,
}: Needs): readonly string[] {
  return [
    ...[dependencies, devDependencies, scripts, env].flatMap((entries) => Object.keys(entries)),
    ...gitignore,
  ];
}

/** Nothing at all. */
export const noNeeds: Needs = {
  dependencies: {},
  devDependencies: {},
  scripts: {},
  env: {},
  gitignore: [],
};

/** Both together; of a package in both the higher range. */
function highest(one: Entries, other: Entries): Entries {
  const raised = Object.entries(other).filter(
    ([name, range]) => !(name in one) || isHigher(range, one[name] ?? ''),
  );
  return { ...one, ...Object.fromEntries(raised) };
}

/** What several components need of package.json together. */
export function mergePackages(components: readonly Component[]): Packages {
  const all = (key: keyof Packages): Entries =>
    components.reduce((together, component) => highest(together, component[key]), {});
  const dependencies = all('dependencies');
  const devDependencies = Object.fromEntries(
    Object.entries(all('devDependencies')).filter(([name]) => !(name in dependencies)),
  );
  return { dependencies, devDependencies, scripts: all('scripts') };
}
