import { isHunk, type Part as MergedPart } from '../text/merge.ts';
import { partsOf, type Part } from './parts.ts';

/**
 * Resolves the conflicts in which both sides only added whole parts of one kind,
 * such as two imports: the result has the user's parts, then upstream's. Returns
 * undefined if a conflict is of another kind.
 */
export function keepBoth(merged: readonly MergedPart[]): string | undefined {
  const lines: string[] = [];
  for (const part of merged) {
    if (!isHunk(part)) {
      lines.push(...part.lines);
      continue;
    }
    const { yours, base, upstream } = part;
    if (base?.length !== 0 || !haveSameKind(yours.join('\n'), upstream.join('\n')))
      return undefined;
    lines.push(...yours, ...upstream);
  }
  return lines.join('\n');
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
