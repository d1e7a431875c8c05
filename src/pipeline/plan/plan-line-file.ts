import type { Change } from './change.ts';
import type { Entries } from '../text/entries.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { pick, toAdd, toRemove, without } from './contributed.ts';
import { appendBlocks, removeBlocks, replaceBlock } from './keyed-lines.ts';
import { sharedChange } from './shared-change.ts';

/** A file that is edited by blocks of lines: by name those that it needs, and those that it was given. */
export type Lines = {
  readonly path: string;
  readonly needed: Entries;
  readonly before: Entries;
  /** Of some entries those that a text lacks. */
  readonly missing: (text: string, entries: Entries) => Entries;
};

/** `given` is what the file has of us then. */
export type LinesPlan = { readonly change: Change | undefined; readonly given: Entries };

/** Plans `.env.example` or `.gitignore`. */
export function planLines(file: Lines, wanted: Wanted, { disk, lock }: Project): LinesPlan {
  const { path, needed, before } = file;
  const mine = disk.get(path);
  const start = mine ?? wanted.initialTexts.get(path) ?? '';
  const add = file.missing(start, toAdd(needed, before, wanted));
  const renew = pick(
    needed,
    (name, block) => (before[name] ?? block) !== block && !wanted.namesInUse.has(name),
  );
  const drop = toRemove(before, needed, wanted);
  const renewed = Object.entries(renew).reduce(
    (text, [name, block]) => replaceBlock(text, before[name] ?? '', block),
    start,
  );
  const text = removeBlocks(appendBlocks(renewed, Object.values(add)), Object.values(drop));
  const isEmptied =
    text === '' && lock?.contributed.files.includes(path) === true && mine !== undefined;
  const traffic = { comes: Object.keys({ ...add, ...renew }), goes: Object.keys(drop) };
  return {
    change: isEmptied
      ? { kind: 'delete', path, role: 'shared', mine }
      : sharedChange(path, mine, text, traffic),
    given: without({ ...before, ...add, ...renew }, drop),
  };
}
