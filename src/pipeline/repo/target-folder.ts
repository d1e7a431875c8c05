import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Workspace, Repo } from './repo.ts';

/** Where a project is to be: all that deciding needs to know of the disk around it. */
export type TargetFolder = {
  /** Absolute. */
  readonly root: string;
  /** What the folder holds; `undefined` where there is none. */
  readonly entries: readonly string[] | undefined;
  /** False where something else has the name. */
  readonly isFolder: boolean;
  /** The nearest folder upwards, itself included, with a `.git`. */
  readonly gitRoot: string | undefined;
  readonly workspace: Workspace | undefined;
};

const fresh = /^(\.git|licen[sc]e(\.\w+)?|readme(\.\w+)?)$/i;

/** Refuses a folder that holds more than a fresh repository does. @throws UserError */
export function checkTargetFolder({ root, isFolder, entries = [] }: TargetFolder): void {
  // The root of a disk has no name.
  const name = basename(root) || root;
  if (!isFolder)
    throw new UserError(`${name} is a file.`, { code: 'not-empty', hint: 'Name another folder.' });
  const inTheWay = entries.filter((entry) => !fresh.test(entry));
  if (inTheWay.length === 0) return;
  if (inTheWay.includes('package.json')) {
    throw new UserError(`${name} already has a package.json, and create only makes new projects.`, {
      code: 'not-empty',
      hint: 'To put an agent into this one: npx create-12-factor-agent@latest add agent',
    });
  }
  const shown = inTheWay.slice(0, 3).join(', ') + (inTheWay.length > 3 ? ', ...' : '');
  throw new UserError(`${name} is not empty: it holds ${shown}.`, {
    code: 'not-empty',
    hint: 'Name another folder. Only .git, LICENSE and README may be there.',
  });
}

const named = 5;

/** Refuses the root of a workspace: components belong into one of its packages. @throws UserError */
export function refuseWorkspaceRoot({ root, packages }: Repo): void {
  const [first] = packages;
  if (first === undefined) return;
  const shown = packages.slice(0, named).join(', ') + (packages.length > named ? ', ...' : '');
  throw new UserError(`${root} is the root of a workspace: choose one of its packages.`, {
    code: 'bad-usage',
    hint: `--cwd ${first}, for example. There is: ${shown}.`,
  });
}
