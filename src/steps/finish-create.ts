import { relative } from 'node:path';
import { UserError } from '../errors.ts';
import { commitAll } from '../io/install-and-commit.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import type { Outcome } from '../pipeline/report/create-messages.ts';
import type { Setup } from '../pipeline/repo/choose-setup.ts';
import type { Frame } from '../ui/frame.ts';
import type { Terminal } from '../ui/terminal.ts';
import { installPackages } from './install-packages.ts';

type Finishing = {
  readonly root: string;
  /** Where the user is. */
  readonly here: string;
  readonly setup: Setup;
  readonly show: Frame;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Installs and commits, telling each as it goes. The files are whole by now, and whatever fails here leaves them. */
export async function finishCreate(finishing: Finishing): Promise<Outcome> {
  const failure = finishing.setup.install ? await installing(finishing) : undefined;
  const git =
    finishing.setup.commit && failure?.code !== 'cancelled'
      ? await committing(finishing)
      : 'skipped';
  if (failure) throw failure;
  return { installed: finishing.setup.install, git };
}

async function installing(finishing: Finishing): Promise<UserError | undefined> {
  const { setup, show } = finishing;
  const { took, failure } = await installPackages(finishing, finishing);
  if (!failure)
    show.step(
      `Installed with ${programOf(setup.manager)} (${Math.round(took / 1000)} s)`,
      '--no-install to skip',
    );
  return failure;
}

async function committing({ root, here, show, signal }: Finishing): Promise<Outcome['git']> {
  const git = await commitAll(root, signal);
  if (signal.aborted)
    throw new UserError('Cancelled. The files are all there, without a first commit.', {
      code: 'cancelled',
      hint: `In ${relative(here, root).replaceAll('\\', '/') || 'this folder'}: git init && git add --all && git commit`,
    });
  if (git === 'committed') show.step('Git repository, one commit', '--no-git to skip');
  if (git === 'uncommitted')
    show.warn('Git repository without a commit: git could not make one. Is user.name set?');
  if (git === 'no-git') show.warn('No git repository: there is no git here.');
  return git;
}
