import { UserError } from '../../errors.ts';
import type { Component } from './component.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** The components whose name or summary has a word; all without one. Bundles, which bring most, come first. */
export function search(components: readonly Component[], word = ''): readonly Component[] {
  const wanted = word.toLowerCase();
  const found = components.filter(({ name, summary }) =>
    `${name} ${summary}`.toLowerCase().includes(wanted),
  );
  return found.toSorted(
    (a, b) => Number(isBundle(b)) - Number(isBundle(a)) || (a.name < b.name ? -1 : 1),
  );
}

/** Whether a component is there for what it requires, as the one with the composition root is. */
export function isBundle({ files }: Component): boolean {
  return files.some((file) => file.role === 'rendered' && file.to === 'agent.ts');
}

/** One component by name. @throws UserError */
export function findComponent(name: string, components: readonly Component[]): Component {
  const component = components.find((one) => one.name === name);
  if (component) return component;
  const names = components.map((one) => one.name);
  throw new UserError(`There is no component "${name}".`, {
    code: 'unknown-component',
    hint: didYouMean(name, names),
  });
}

/** What `view` shows of a component, by label. */
export function facts(component: Component, lines: number): readonly (readonly [string, string])[] {
  const { factors, requires, files, dependencies, env, changes } = component;
  const packages = Object.entries(dependencies).map(([name, range]) => `${name} ${range}`);
  const rows: readonly (readonly [string, string])[] = [
    ['factors', factors.join(', ')],
    ['requires', requires.join(', ')],
    ['packages', packages.join(', ')],
    ['variables', env.map((variable) => variable.name).join(', ')],
    ['newest', changes[0] ? `${changes[0].version}: ${changes[0].sentence}` : ''],
    ['files', `${files.length}, ${lines} lines`],
  ];
  return rows.filter(([, value]) => value !== '');
}
