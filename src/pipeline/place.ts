import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import type { Place } from '../types.ts';

/** A fresh repository's, and what a run of ours leaves that was killed. */
const harmless = /^(\.git|licen[sc]e(\.\w+)?|readme(\.\w+)?|\.12-factor-\d+-\w{6})$/i;

/** Refuses a folder that holds more than a fresh repository does. @throws UserError */
export function checkPlace({ root, isFolder, entries = [] }: Place): void {
  const name = basename(root);
  if (!isFolder) throw new UserError(`${name} is a file.`, { code: 'not-empty', hint: 'Name another folder.' });
  const inTheWay = entries.filter((entry) => !harmless.test(entry));
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
