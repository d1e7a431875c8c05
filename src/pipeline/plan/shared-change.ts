import type { Change } from './change.ts';

/** The names of the entries that a shared file gains and loses. */
export type EntryChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
};

/**
 * Returns the change of a shared file; undefined if there is no file and nothing to
 * write.
 */
export function sharedChange(
  path: string,
  mine: string | undefined,
  text: string,
  { added, removed }: EntryChanges,
): Change | undefined {
  if (mine === undefined && text === '') return undefined;
  if (mine === undefined) return { kind: 'create', path, role: 'shared', text };
  if (text === mine) return { kind: 'unchanged', path, role: 'shared' };
  const names = [...added.map((name) => `+ ${name}`), ...removed.map((name) => `- ${name}`)];
  const why = [...new Set(names)].join(', ');
  return { kind: 'merged', path, role: 'shared', text, mine, why };
}
