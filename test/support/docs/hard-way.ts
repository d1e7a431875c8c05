import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../registry/package.ts';
import { madeBy } from './made-by.ts';
import { blockOf, readDoc, type Doc } from './read-doc.ts';

const path = 'docs/agents-the-hard-way.md';

export const hardWayText = readFileSync(join(home, path), 'utf8');
export const hardWay: Doc = readDoc(path, hardWayText);

/** The program of each step: `step.ts` after each block that writes or changes it. */
export function programsOf({ fences }: Doc): readonly string[] {
  return fences.flatMap((fence, index) => {
    const block = blockOf(fence);
    const isStep = 'path' in block && block.path === 'step.ts';
    return isStep ? [madeBy(fences.slice(0, index + 1)).get('step.ts') ?? ''] : [];
  });
}
