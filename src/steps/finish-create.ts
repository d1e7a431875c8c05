import { UserError } from '../errors.ts';
import { commitAll } from '../io/install-and-commit.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import type { Outcome } from '../pipeline/report/create-messages.ts';
import type { Setup } from '../pipeline/repo/choose-setup.ts';
import type { Frame } from '../ui/frame.ts';
import type { Context } from './context.ts';
import { installPackages } from './install-packages.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

/** A new project whose files are written. */
type NewProject = { readonly root: string; readonly setup: Setup; readonly frame: Frame };

/**
 * Installs the packages and commits. Reports each step. The files stay even if this fails.
 * @throws UserError
 */
export async function finishCreate(project: NewProject, context: Context): Promise<Outcome> {
  const { install, commit } = project.setup;
  const failure = install ? await installStep(project, context) : undefined;
  const isCommitted = commit && failure?.code !== 'cancelled';
  const git = isCommitted ? await commitStep(project, context) : 'skipped';
  if (failure) throw failure;
  return { installed: install, git };
}

async function installStep(
  { setup, frame }: NewProject,
  context: Context,
): Promise<UserError | undefined> {
  const { took, failure } = await installPackages({ setup, frame }, context);
  if (failure) return failure;
  const seconds = Math.round(took / 1000);
  const done = `Installed with ${programOf(setup.manager)} (${seconds} s)`;
  frame.step(done, '--no-install to skip');
  return undefined;
}

async function commitStep(
  { root, frame }: NewProject,
  { cwd, env, signal }: Context,
): Promise<Outcome['git']> {
  const git = await commitAll({ cwd: root, env, signal });
  const folder = relativePath(cwd, root) || 'this folder';
  if (signal.aborted)
    throw new UserError('Cancelled. All files are written, but not committed.', {
      code: 'cancelled',
      hint: `In ${folder}: git init && git add --all && git commit`,
    });
  if (git === 'committed') frame.step('Git repository, one commit', '--no-git to skip');
  if (git === 'uncommitted')
    frame.warn('Git repository without a commit: git could not make one. Is user.name set?');
  if (git === 'no-git') frame.warn('No git repository: git is not installed.');
  return git;
}
