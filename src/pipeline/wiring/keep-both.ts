import { markers } from '../text/conflict-markers.ts';
import { partsOf, type Part } from './parts.ts';

const conflict = new RegExp(
  `^<<<<<<< ${markers.mine}\\n([^]*?)^\\|{7} ${markers.base}\\n([^]*?)^=======\\n([^]*?)^>>>>>>> ${markers.theirs}(?:\\n|$)`,
  'gm',
);

/** Keeps both sides of each conflict in which both put in whole parts of one kind; `undefined` if there are others. */
export function keepBoth(marked: string): string | undefined {
  let clean = true;
  const text = marked.replaceAll(conflict, (all, mine: string, base: string, theirs: string) => {
    const kind = base === '' ? kindOf(mine) : undefined;
    if (kind !== undefined && kind === kindOf(theirs)) return mine + theirs;
    clean = false;
    return all;
  });
  return clean ? text : undefined;
}

/** The kind of which a block is nothing but whole parts, ready for another to follow: an entry with its comma. */
function kindOf(block: string): Part['kind'] | undefined {
  const followed = {
    import: `${block}\nimport 'next';`,
    entry: `const list = {\n${block}\nnext: 0 };`,
    case: `function list() {\n  switch (0 as never) {\n${block}\n    default:\n  }\n}`,
  } as const;
  const kinds = ['import', 'entry', 'case'] as const;
  return kinds.find((kind) => {
    const parts = partsOf(followed[kind])?.all.slice(0, -1) ?? [];
    return (
      parts.length > 0 && parts.every((part) => part.kind === kind) && parts.at(-1)?.falls === false
    );
  });
}
