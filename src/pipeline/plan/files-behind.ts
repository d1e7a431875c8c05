import type { Decision } from '../decide/decision.ts';
import type { Repo } from '../repo/repo.ts';
import type { Change } from './change.ts';
import { danglingImports, importsIn } from './source-imports.ts';

/** A file that does not get all of upstream's changes. */
export type FileBehind = {
  readonly path: string;
  readonly state:
    'keeps your lines' | 'stays as it is' | 'stays deleted' | 'still has conflict markers';
  /** The files that change in the same command, and that import it or that it imports. */
  readonly changed: readonly string[];
};

/** Lists the files that stay behind although a command has a new text for them. */
export function filesBehind(
  decisions: readonly Decision[],
  changes: readonly Change[],
  aliases: Repo['aliases'],
): readonly FileBehind[] {
  const changed = changes.filter(isNewText).toSorted(testsLast);
  const imports = new Map(changed.map(({ path, text }) => [path, importsIn(text)]));
  return decisions.flatMap((decision): readonly FileBehind[] => {
    const state = stateOf(decision);
    if (state === undefined) return [];
    const { path } = decision;
    const text = textAfter(decision);
    const own = new Map([[path, importsIn(text)]]);
    const importing = danglingImports(imports, [path], aliases).map(([from]) => from);
    const imported = danglingImports(own, [...imports.keys()], aliases).map(([, to]) => to);
    const near = new Set([...importing, ...imported]);
    const files = [...imports.keys()].filter((one) => one !== path && near.has(one));
    return [{ path, state, changed: files }];
  });
}

function stateOf(decision: Decision): FileBehind['state'] | undefined {
  const { action, mine, theirs, skipped } = decision;
  if (theirs === undefined) return undefined;
  if (skipped) return mine === undefined ? 'stays as it is' : 'keeps your lines';
  if (action.kind === 'conflict' && action.unfinished) return 'still has conflict markers';
  return action.kind === 'keep-mine' && action.isBehind ? 'stays deleted' : undefined;
}

/** A file that stays deleted imports nothing. */
function textAfter({ action, mine = '' }: Decision): string {
  return 'text' in action ? action.text : mine;
}

type NewText = Change & { readonly text: string };

function isNewText(change: Change): change is NewText {
  if (['own', 'shared', 'user'].includes(change.role)) return false;
  return 'text' in change && change.text !== undefined && change.text !== change.mine;
}

function testsLast(one: Change, other: Change): number {
  return Number(one.role === 'test') - Number(other.role === 'test');
}
