import { relative } from 'node:path';
import { UserError } from '../errors.ts';
import { commitAll } from '../io/install-and-commit.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import type { Outcome } from '../pipeline/report/create-messages.ts';
import type { Setup } from '../pipeline/repo/choose-setup.ts';
import type { Frame } from '../ui/frame.ts';
import type { Context } from './context.ts';
import { installPackages } from './install-packages.ts';

type Finishing = { readonly root: string; readonly setup: Setup; readonly frame: Frame };

/** Installs and commits, telling each as it goes. The files are whole by now, and whatever fails here leaves them. */
export async function finishCreate(finishing: Finishing, context: Context): Promise<Outcome> {
  const failure = finishing.setup.install ? await installing(finishing, context) : undefined;
  const git =
    finishing.setup.commit && failure?.code !== 'cancelled'
      ? await committing(finishing, context)
      : 'skipped';
  if (failure) throw failure;
  return { installed: finishing.setup.install, git };
}

async function installing(
  { setup, frame }: Finishing,
  context: Context,
): Promise<UserError | undefined> {
  const { took, failure } = await installPackages({ setup, frame }, context);
  if (!failure)
    frame.step(
      `Installed with ${programOf(setup.manager)} (${Math.round(took / 1000)} s)`,
      '--no-install to skip',
    );
  return failure;
}

async function committing(
  { root, frame }: Finishing,
  { cwd, env, signal }: Context,
): Promise<Outcome['git']> {
  const git = await commitAll({ cwd: root, env, signal });
  if (signal.aborted)
    throw new UserError('Cancelled. The files are all there, without a first commit.', {
      code: 'cancelled',
      hint: `In ${relative(cwd, root).replaceAll('\\', '/') || 'this folder'}: git init && git add --all && git commit`,
    });
  if (git === 'committed') frame.step('Git repository, one commit', '--no-git to skip');
  if (git === 'uncommitted')
    frame.warn('Git repository without a commit: git could not make one. Is user.name set?');
  if (git === 'no-git') frame.warn('No git repository: there is no git here.');
  return git;
}
