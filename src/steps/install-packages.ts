import { UserError } from '../errors.ts';
import { install } from '../io/install-and-commit.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import type { Setup } from '../pipeline/repo/choose-setup.ts';
import type { Frame } from '../ui/frame.ts';
import type { Context } from './context.ts';

type Installation = {
  readonly setup: Pick<Setup, 'manager' | 'installIn' | 'outside'>;
  readonly frame: Frame;
};

/** The duration in ms, and the error if it failed. */
type InstallResult = { readonly took: number; readonly failure: UserError | undefined };

/**
 * Installs a project's packages. Returns a failure instead of throwing it: the files are written,
 * and the caller may have more steps.
 */
export async function installPackages(
  { setup, frame }: Installation,
  { terminal, cwd, env, signal }: Context,
): Promise<InstallResult> {
  const { manager, installIn, outside } = setup;
  const program = programOf(manager);
  const { value: result, took } = await frame.spin(
    `Installing with ${program}`,
    install(manager, outside, { cwd: installIn, env, signal }),
  );
  const hint = installCommandFrom(cwd, setup);
  if (result.cancelled) {
    const message = 'Cancelled while installing. All files are written; to install:';
    return { took, failure: new UserError(message, { code: 'cancelled', hint }) };
  }
  if (result.ok) return { took, failure: undefined };
  terminal.print(result.output.trimEnd());
  const message = `${program} could not install. All files are written; try again:`;
  return { took, failure: new UserError(message, { code: 'install-failed', hint }) };
}
