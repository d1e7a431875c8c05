import { UserError } from '../errors.ts';
import { installedVersions } from '../io/package-json.ts';
import { olderNotes } from '../pipeline/repo/compatible.ts';
import { wishAdded } from '../pipeline/ask/change-request.ts';
import { refuseWorkspaceRoot } from '../pipeline/repo/refuse-workspace-root.ts';
import { checkAgentDir, checkVersion } from '../pipeline/plan/lock.ts';
import { addedHeadline } from '../pipeline/report/report-change.ts';
import { addCommand, runTool } from '../pipeline/repo/package-manager.ts';
import type { Repo } from '../types.ts';
import { carryOut, type WriteFlags } from './carry-out.ts';
import type { Setting } from './command.ts';
import { checkFolder, openProject } from './project.ts';
import { newsOf, propose, type Proposal } from './propose.ts';

export type AddFlags = WriteFlags & { readonly dir?: string; readonly use: boolean };

/** Copies components and what they require into a repo that exists, and wires them in. */
export async function add(names: readonly string[], flags: AddFlags, setting: Setting): Promise<void> {
  if (flags.dir !== undefined) checkAgentDir(flags.dir, '--dir');
  const opened = await openProject(flags, setting);
  const { lock, repo } = opened;
  if (lock) checkVersion(lock, setting.version, [runTool(repo.manager), 'add', ...names].join(' '));
  if (flags.dir !== undefined && flags.dir !== repo.dir)
    throw new UserError(`Components are in ${repo.dir} here; --dir ${flags.dir} would split them.`, {
      code: 'bad-usage',
      hint: 'To move them, move the folder and set "dir" in 12-factor.json.',
    });
  refuseWorkspaceRoot(repo);
  await checkFolder(opened);
  const wish = wishAdded(opened, names, flags.use, await newsOf(opened, setting));
  const proposal = await propose(opened, wish, setting);
  const errand = {
    command: 'add' as const,
    headline: addedHeadline(names, opened, proposal.selection, repo.manager),
    nothing: 'Nothing was changed.',
    notes: [...(lock ? [] : [...untested(repo), ...repo.notes]), ...(await older(repo, proposal))],
  };
  await carryOut(opened, proposal, errand, flags, setting);
}

/** That tests come only where they can run. */
const untested = ({ tests }: Repo): readonly string[] =>
  tests ? [] : ['The components’ tests were left out: they are for vitest, which is not in package.json.'];

async function older({ root, manager }: Repo, { wanted }: Proposal): Promise<readonly string[]> {
  const { dependencies } = wanted.needs;
  const installed = (await installedVersions(root, Object.keys(dependencies))) ?? {};
  return olderNotes(installed, dependencies, (spec) => addCommand(manager, spec));
}
