import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import { stagedBy } from './staging.ts';
import type { Place } from '../types.ts';

const fresh = /^(\.git|licen[sc]e(\.\w+)?|readme(\.\w+)?)$/i;

/** Whether an entry is a fresh repository's, or what a run of ours left that was killed. */
const isHarmless = (entry: string): boolean => fresh.test(entry) || stagedBy(entry) !== undefined;

/** Refuses a folder that holds more than a fresh repository does. @throws UserError */
export function checkPlace({ root, isFolder, entries = [] }: Place): void {
  const name = basename(root);
  if (!isFolder) throw new UserError(`${name} is a file.`, { code: 'not-empty', hint: 'Name another folder.' });
  const inTheWay = entries.filter((entry) => !isHarmless(entry));
  if (inTheWay.length === 0) return;
  if (inTheWay.includes('package.json')) {
    throw new UserError(`${name} already has a package.json, and create only makes new projects.`, {
      code: 'not-empty',
      hint: 'Name a folder that does not exist yet, for example my-agent.',
    });
  }
  const shown = inTheWay.slice(0, 3).join(', ') + (inTheWay.length > 3 ? ', ...' : '');
  throw new UserError(`${name} is not empty: it holds ${shown}.`, {
    code: 'not-empty',
    hint: 'Name another folder. Only .git, LICENSE and README may be there.',
  });
}
