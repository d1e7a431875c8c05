import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { installedVersions } from '../io/read-package-json.ts';
import { readText } from '../io/read-text.ts';
import { olderVersionNotes } from '../pipeline/repo/package-versions.ts';
import { requestAdd } from '../pipeline/resolve/request-add.ts';
import { refuseWorkspaceRoot } from '../pipeline/repo/target-folder.ts';
import { checkAgentDir, checkVersion } from '../pipeline/lock/lock-file.ts';
import { addedHeadline } from '../pipeline/report/add-messages.ts';
import { addCommand, runTool } from '../pipeline/repo/package-manager.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { applyChanges, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkFolder } from '../steps/check-agent-folder.ts';
import { bringBackLock, type Opened, openProject } from '../steps/open-project.ts';
import { findNews, proposeChanges, type Proposal } from '../steps/propose-changes.ts';

export type AddFlags = WriteFlags & { readonly dir?: string; readonly use: boolean };

/** Copies components and what they require into a repo that exists, and wires them in. */
export async function add(
  names: readonly string[],
  flags: AddFlags,
  context: Context,
): Promise<void> {
  if (flags.dir !== undefined) checkAgentDir(flags.dir, '--dir');
  const opened = await openProject(flags, context);
  const { lock, repo } = opened;
  if (lock) checkVersion(lock, context.version, [runTool(repo.manager), 'add', ...names].join(' '));
  if (flags.dir !== undefined && flags.dir !== repo.dir)
    throw new UserError(
      `Components are in ${repo.dir} here; --dir ${flags.dir} would split them.`,
      {
        code: 'bad-usage',
        hint: 'To move them, move the folder and set "dir" in 12-factor.json.',
      },
    );
  refuseWorkspaceRoot(repo);
  await checkFolder(opened);
  const change = requestAdd(opened, names, flags.use, await findNews(opened, context));
  const proposal = await proposeChanges(opened, change, context);
  const errand = {
    command: 'add' as const,
    headline: [...lost(opened), ...addedHeadline(names, opened, proposal.selection, repo.manager)],
    nothing: 'Nothing was changed.',
    notes: [...(lock ? [] : await firstNotes(repo)), ...(await older(repo, proposal))],
  };
  await applyChanges(opened, proposal, errand, flags, context);
}

/** Without the lock nobody knows what was copied: what is as upstream has it is taken for ours, and all else for the user's. */
const lost = ({ lock, installed }: Opened): readonly string[] =>
  lock || !installed.config
    ? []
    : [`12-factor.json is here, but .12-factor/lock.json is not. ${bringBackLock}`];

/** What there is to know, and to do, once: when the first component comes. */
async function firstNotes({ root, tests, formatter, notes }: Repo): Promise<readonly string[]> {
  const ignored = (await readText(join(root, '.prettierignore'))) ?? '';
  return [
    ...(tests
      ? []
      : [
          'The components’ tests were left out: they are for vitest, which is not in package.json.',
        ]),
    ...notes,
    ...(formatter !== 'prettier' || ignored.includes('12-factor')
      ? []
      : [
          'Put .12-factor/ and 12-factor.json into .prettierignore: prettier is not asked about them.',
        ]),
  ];
}

async function older({ root, manager }: Repo, { wanted }: Proposal): Promise<readonly string[]> {
  const { dependencies } = wanted.needs;
  const installed = (await installedVersions(root, Object.keys(dependencies))) ?? {};
  return olderVersionNotes(installed, dependencies, (spec) => addCommand(manager, spec));
}
