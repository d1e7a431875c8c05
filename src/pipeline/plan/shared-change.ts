import type { Change } from './change.ts';

/** What comes into a shared file and what goes from it, by name. */
export type Traffic = { readonly comes: readonly string[]; readonly goes: readonly string[] };

/** The change that gives a shared file its text; none where there is neither a file nor a text. */
export function sharedChange(
  path: string,
  mine: string | undefined,
  text: string,
  { comes, goes }: Traffic,
): Change | undefined {
  if (mine === undefined)
    return text === '' ? undefined : { kind: 'create', path, role: 'shared', text };
  if (text === mine) return { kind: 'unchanged', path, role: 'shared' };
  const names = [...comes.map((name) => `+ ${name}`), ...goes.map((name) => `- ${name}`)];
  return { kind: 'merged', path, role: 'shared', text, mine, why: [...new Set(names)].join(', ') };
}
