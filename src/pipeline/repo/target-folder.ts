import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Workspace, Repo } from './repo.ts';

/** The folder of a new project, and the folders above it. */
export type TargetFolder = {
  /** Absolute. */
  readonly root: string;
  /** The entries of the folder; `undefined` if it does not exist. */
  readonly entries: readonly string[] | undefined;
  /** False if the path is something else, as a file. */
  readonly isFolder: boolean;
  /** The nearest folder with a `.git`, from the root upwards. */
  readonly gitRoot: string | undefined;
  readonly workspace: Workspace | undefined;
};

/** Matches what a new repository may have. */
const allowed = /^(\.git|licen[sc]e(\.\w+)?|readme(\.\w+)?)$/i;

/** Refuses a folder that has more entries than a new repository. @throws UserError */
export function checkTargetFolder({ root, isFolder, entries = [] }: TargetFolder): void {
  // The root of a disk has no name.
  const name = basename(root) || root;
  if (!isFolder) {
    throw new UserError(`${name} is a file.`, {
      code: 'not-empty',
      hint: 'Choose another folder.',
    });
  }
  const extra = entries.filter((entry) => !allowed.test(entry));
  if (extra.length === 0) return;
  if (extra.includes('package.json')) {
    throw new UserError(`${name} already has a package.json: create only makes new projects.`, {
      code: 'not-empty',
      hint: 'To add an agent to it: npx create-12-factor-agent@latest add agent',
    });
  }
  throw new UserError(`${name} is not empty: it has ${firstOf(extra, 3)}.`, {
    code: 'not-empty',
    hint: 'Choose another folder. It may only have .git, LICENSE and README.',
  });
}

/**
 * Refuses the root of a workspace: components belong in one of its packages.
 * @throws UserError
 */
export function refuseWorkspaceRoot({ root, packages }: Repo): void {
  const [first] = packages;
  if (first === undefined) return;
  throw new UserError(`${root} is the root of a workspace: choose one of its packages.`, {
    code: 'bad-usage',
    hint: `For example --cwd ${first}. Packages: ${firstOf(packages, 5)}.`,
  });
}

/** Lists the first names, with dots for the others. */
function firstOf(names: readonly string[], count: number): string {
  const shown = names.slice(0, count);
  if (names.length > count) shown.push('...');
  return shown.join(', ');
}
