import { UserError } from '../errors.ts';
import { installedVersions } from '../io/read-package-json.ts';
import { olderVersionNotes } from '../pipeline/repo/package-versions.ts';
import { requestAdd } from '../pipeline/resolve/request-add.ts';
import { refuseWorkspaceRoot } from '../pipeline/repo/target-folder.ts';
import { checkAgentDir, checkVersion } from '../pipeline/lock/lock-file.ts';
import { isInstalled, withAllTests } from '../pipeline/resolve/change-request.ts';
import { checkNode, neededNode, type NeededNode } from '../pipeline/resolve/needed-node.ts';
import { slots } from '../pipeline/resolve/resolve.ts';
import { testNotes } from '../pipeline/report/test-notes.ts';
import { addedHeadline } from '../pipeline/report/add-messages.ts';
import { copyThreads, storeChange, storeHeadline } from '../pipeline/report/store-notes.ts';
import { addCommand, runTool } from '../pipeline/repo/package-manager.ts';
import type { Repo, TestSupport } from '../pipeline/repo/repo.ts';
import { applyChanges, type CommandMessages, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkFolder } from '../steps/check-agent-folder.ts';
import { restoreLockHint, type Opened, openProject } from '../steps/open-project.ts';
import { findNews, proposeChanges, type Proposal } from '../steps/propose-changes.ts';

export type AddFlags = WriteFlags & {
  readonly dir?: string;
  readonly use: boolean;
  readonly allTests: boolean;
};

/** Copies components and what they require into an existing repo, and wires them. */
export async function add(
  names: readonly string[],
  flags: AddFlags,
  context: Context,
): Promise<void> {
  if (flags.dir !== undefined) checkAgentDir(flags.dir, '--dir');
  const opened = await openProject({ ...flags, formats: true }, context);
  const { lock, repo } = opened;
  const command = [runTool(repo.manager), 'add', ...names].join(' ');
  if (lock) checkVersion(lock, context.version, command);
  checkSameDir(flags.dir, repo);
  refuseWorkspaceRoot(repo);
  await checkFolder(opened);
  const request = requestAdd(opened, names, flags.use, await findNews(opened, context));
  const change = flags.allTests ? withAllTests(request, opened) : request;
  const proposal = await proposeChanges(opened, change, context);
  const nodeNotes = checkNode(newlyUsed(opened, proposal));
  const stores = storeChange(lock, proposal.selection);
  const added = addedHeadline(names, opened, proposal.selection, repo.manager);
  const isAllTests = change.request.tests === 'all';
  const setupNotes =
    lock || isAllTests ? [] : testsNotes(repo.tests, `${runTool(repo.manager)} update`);
  const messages: CommandMessages = {
    command: 'add',
    headline: [
      ...lostLockNotes(opened),
      ...added,
      ...nodeNotes,
      ...storeHeadline(stores),
      ...testNotes(opened, change, proposal.decisions, repo.manager),
    ],
    nothing: 'Nothing was changed.',
    notes: [
      ...copyThreads(stores, lock, proposal.selection, repo.manager),
      ...setupNotes,
      ...(await versionNotes(repo, proposal)),
    ],
  };
  await applyChanges(opened, proposal, messages, flags, context);
}

/** Returns what the added components need of Node, and those that take a slot now. */
function newlyUsed({ lock, repo }: Opened, { selection, wanted }: Proposal): readonly NeededNode[] {
  const next = wanted.lock;
  const taking = slots
    .map((slot) => next.slots[slot])
    .filter((name) => {
      return !Object.values(lock?.slots ?? {}).includes(name ?? '');
    });
  const components = selection.components
    .map(({ component }) => component)
    .filter(({ name }) => !isInstalled(name, lock) || taking.includes(name));
  return neededNode(components, next, repo.node);
}

/** Refuses a second folder for components. @throws UserError */
function checkSameDir(dir: string | undefined, repo: Repo): void {
  if (dir === undefined || dir === repo.dir) return;
  throw new UserError(`Components are in ${repo.dir} here; --dir ${dir} would split them.`, {
    code: 'bad-usage',
    hint: 'To move them, move the folder and set "dir" in 12-factor.json.',
  });
}

/**
 * Notes that the lock file is missing. Then a file that is the same as upstream counts as copied,
 * and any other file as the user's.
 */
function lostLockNotes({ lock, installed }: Opened): readonly string[] {
  if (lock || !installed.config) return [];
  return [`12-factor.json is here, but .12-factor/lock.json is not. ${restoreLockHint}`];
}

const testsLeftOut = 'Left out the components’ tests';

/** Returns the notes on tests that are not copied. */
function testsNotes(tests: TestSupport, update: string): readonly string[] {
  if (tests.kind === 'run') return [];
  if (tests.kind === 'left out')
    return [`${testsLeftOut}: ${tests.why}.`, `To copy all of them: ${update} --all-tests`];
  return [`${testsLeftOut}: they need vitest, which is not in package.json.`];
}

/** Returns notes about installed packages that are older than the components need. */
async function versionNotes(
  { root, manager }: Repo,
  { wanted }: Proposal,
): Promise<readonly string[]> {
  const { dependencies } = wanted.needs;
  const installed = (await installedVersions(root, Object.keys(dependencies))) ?? {};
  return olderVersionNotes(installed, dependencies, (spec) => addCommand(manager, spec));
}
