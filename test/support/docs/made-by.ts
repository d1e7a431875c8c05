import { edit } from './edit.ts';
import { blockOf, type Fence } from './read-doc.ts';

/**
 * The files that blocks make, in order: those that they write, and their copies, each with the
 * edits that follow and fit.
 */
export function madeBy(fences: readonly Fence[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const block of fences.map(blockOf)) {
    if (block.kind === 'new') texts.set(block.path, block.text);
    const before = block.kind === 'edit' ? texts.get(block.path) : undefined;
    if (block.kind === 'edit' && before !== undefined)
      texts.set(block.path, editIfFits(before, block.text));
    for (const { command } of block.kind === 'console' ? block.commands : []) {
      const [, from = '', to = ''] = /^cp (\S+) (\S+)$/.exec(command) ?? [];
      const copied = texts.get(from);
      if (copied !== undefined) texts.set(to, copied);
    }
  }
  return texts;
}

function editIfFits(text: string, diff: string): string {
  try {
    return edit(text, diff);
  } catch {
    return text;
  }
}
