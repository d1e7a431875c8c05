import { UserError } from '../../errors.ts';
import type { Component } from './component.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** Returns the components whose name or summary contains a word: bundles first, then by name. */
export function search(components: readonly Component[], word = ''): readonly Component[] {
  const wanted = word.toLowerCase();
  const found = components.filter(({ name, summary }) =>
    `${name} ${summary}`.toLowerCase().includes(wanted),
  );
  return found.toSorted(bundlesFirst);
}

function bundlesFirst(a: Component, b: Component): number {
  const byKind = Number(isBundle(b)) - Number(isBundle(a));
  if (byKind !== 0) return byKind;
  return a.name < b.name ? -1 : 1;
}

/** Returns whether a component is a bundle, like `agent`. A bundle has `agent.ts`. */
export function isBundle({ files }: Component): boolean {
  return files.some((file) => file.role === 'rendered' && file.to === 'agent.ts');
}

/** Returns the component with a name. @throws UserError if there is none */
export function findComponent(name: string, components: readonly Component[]): Component {
  const component = components.find((one) => one.name === name);
  if (component) return component;
  const names = components.map((one) => one.name);
  throw new UserError(`There is no component "${name}".`, {
    code: 'unknown-component',
    hint: didYouMean(name, names),
  });
}

/** Returns the rows that `view` shows of a component. `lines` counts the lines of all its files. */
export function facts(component: Component, lines: number): readonly (readonly [string, string])[] {
  const { factors, requires, files, dependencies, env, changes } = component;
  const [newest] = changes;
  const packages = Object.entries(dependencies).map(([name, range]) => `${name} ${range}`);
  const rows: readonly (readonly [string, string])[] = [
    ['factors', factors.join(', ')],
    ['requires', requires.join(', ')],
    ['packages', packages.join(', ')],
    ['variables', env.map((variable) => variable.name).join(', ')],
    ['newest', newest ? `${newest.version}: ${newest.sentence}` : ''],
    ['files', `${files.length}, ${lines} lines`],
  ];
  return rows.filter(([, value]) => value !== '');
}
