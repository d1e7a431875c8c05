import type { Change } from './change.ts';
import { type Entries, pick, without } from '../text/entries.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { toAdd, toRemove } from './contributed.ts';
import { appendBlocks, removeBlocks, replaceBlock } from './keyed-lines.ts';
import { sharedChange } from './shared-change.ts';

/**
 * A shared file that is edited by blocks of lines. `needed` and `before` map a name
 * to its block; `before` has the blocks that the tool contributed.
 */
export type LineFile = {
  readonly path: string;
  readonly needed: Entries;
  readonly before: Entries;
  /** Returns the entries that a text does not have. */
  readonly missing: (text: string, entries: Entries) => Entries;
};

/** The plan for one file; `contributed` has the blocks of the tool after the change. */
export type LineFilePlan = { readonly change: Change | undefined; readonly contributed: Entries };

/** Plans `.env.example` or `.gitignore`. */
export function planLineFile(file: LineFile, wanted: Wanted, project: Project): LineFilePlan {
  const { path, needed, before } = file;
  const mine = project.disk.get(path);
  const start = mine ?? wanted.initialTexts.get(path) ?? '';
  const added = file.missing(start, toAdd(needed, before, wanted));
  const updated = toUpdate(file, wanted);
  const removed = toRemove(before, needed, wanted);
  const withUpdates = Object.entries(updated).reduce(
    (text, [name, block]) => replaceBlock(text, before[name] ?? '', block),
    start,
  );
  const withAdded = appendBlocks(withUpdates, Object.values(added));
  const text = removeBlocks(withAdded, Object.values(removed));
  const contributed = without({ ...before, ...added, ...updated }, removed);
  const madeByTool = project.lock?.contributed.files.includes(path) === true;
  if (mine !== undefined && text === '' && madeByTool)
    return { change: { kind: 'delete', path, role: 'shared', mine }, contributed };
  const names = { added: Object.keys({ ...added, ...updated }), removed: Object.keys(removed) };
  return { change: sharedChange(path, mine, text, names), contributed };
}

/**
 * Returns the blocks that changed, except those that another component still uses
 * as they are.
 */
function toUpdate({ needed, before }: LineFile, { namesInUse }: Wanted): Entries {
  return pick(needed, (name, block) => (before[name] ?? block) !== block && !namesInUse.has(name));
}
