import { markers } from '../text/conflict-markers.ts';
import { partsOf, type Part } from './parts.ts';

const conflict = new RegExp(
  [
    `^<<<<<<< ${markers.mine}\\n([^]*?)`,
    `^\\|{7} ${markers.base}\\n([^]*?)`,
    `^=======\\n([^]*?)`,
    `^>>>>>>> ${markers.theirs}(?:\\n|$)`,
  ].join(''),
  'gm',
);

/**
 * Resolves the conflicts in which both sides only added whole parts of one kind,
 * such as two imports: the result has the user's parts, then upstream's. Returns
 * undefined if a conflict is of another kind.
 */
export function keepBoth(marked: string): string | undefined {
  let isResolved = true;
  const text = marked.replaceAll(conflict, (all, mine: string, base: string, theirs: string) => {
    if (base === '' && haveSameKind(mine, theirs)) return mine + theirs;
    isResolved = false;
    return all;
  });
  return isResolved ? text : undefined;
}

function haveSameKind(mine: string, theirs: string): boolean {
  const kind = kindOf(mine);
  return kind !== undefined && kind === kindOf(theirs);
}

/**
 * Returns the kind of the parts in a block, if the block has only whole parts of
 * one kind and another part can follow it. The block is parsed with such a part
 * behind it, which finds a missing comma and a case that falls through.
 */
function kindOf(block: string): Part['kind'] | undefined {
  const codes = {
    import: `${block}\nimport 'next';`,
    entry: `const list = {\n${block}\nnext: 0 };`,
    case: `function list() {\n  switch (0 as never) {\n${block}\n    default:\n  }\n}`,
  };
  const kinds = ['import', 'entry', 'case'] as const;
  return kinds.find((kind) => {
    const parts = partsOf(codes[kind])?.all.slice(0, -1) ?? [];
    return parts.at(-1)?.fallsThrough === false && parts.every((part) => part.kind === kind);
  });
}
