import { UserError } from '../../errors.ts';
import type { Repo } from '../../types.ts';

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
