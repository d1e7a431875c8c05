import type { Entries } from '../text/entries.ts';
import type { Selection } from '../resolve/selection.ts';
import type { Materials } from './materials.ts';

/** The name that package.json has for a script of a component. */
export type ScriptNames = (name: string) => string;

/**
 * Returns how package.json names the scripts of components. A project from a template has plain
 * names. Any other repo has scripts of its own, so there `serve` is `agent:serve`. A script that an
 * earlier run wrote keeps its name.
 */
export function scriptNames(
  { request }: Selection,
  { installed }: Pick<Materials, 'installed'>,
): ScriptNames {
  const template = installed ? installed.lock.template : request.template?.name;
  if (template !== undefined) return (name) => name;
  const written = installed?.lock.contributed.scripts ?? {};
  return (name) => (Object.hasOwn(written, name) ? name : `agent:${name}`);
}

/** Returns entries with other names. */
export function renameEntries(entries: Entries, nameOf: ScriptNames): Entries {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [nameOf(name), value]));
}
