import type { RequestedComponent } from './request.ts';
import type { Component } from '../registry/component.ts';
import type { SelectedComponent } from './selection.ts';
import { findComponent } from '../registry/find-component.ts';

/** Collects components, each once. */
export type Picker = {
  /** Adds a component and everything that it requires. @throws UserError for an unknown name */
  readonly pick: (name: string, by: string) => void;
  /**
   * Returns the picked components: the installed ones in their order, then each new one after the
   * components that it requires.
   */
  readonly picked: () => readonly SelectedComponent[];
};

/** Starts with the installed components. */
export function createPicker(
  components: readonly Component[],
  installed: readonly RequestedComponent[],
): Picker {
  const requesters = new Map(installed.map(({ name, by }) => [name, by]));
  const order = installed.map(({ name }) => name);
  const visited = new Set<string>();
  const pick = (name: string, by: string): void => {
    const before = requesters.get(name);
    if (before === undefined || rank(by) > rank(before)) requesters.set(name, by);
    if (visited.has(name)) return;
    visited.add(name);
    for (const required of findComponent(name, components).requires) pick(required, name);
    if (before === undefined) order.push(name);
  };
  const picked = () =>
    order.map((name) => ({
      component: findComponent(name, components),
      by: requesters.get(name) ?? 'you',
    }));
  return { pick, picked };
}

/** The user's own request outranks the template's, and that outranks another component's. */
function rank(by: string): number {
  return ['template', 'you'].indexOf(by);
}
