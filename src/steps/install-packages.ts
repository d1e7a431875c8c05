import { UserError } from '../errors.ts';
import { install } from '../io/install-and-commit.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import type { Setup } from '../pipeline/repo/choose-setup.ts';
import type { Frame } from '../ui/frame.ts';
import type { Context } from './context.ts';

type Installing = {
  readonly setup: Pick<Setup, 'manager' | 'installIn' | 'outside'>;
  readonly frame: Frame;
};

/** Installs, and gives what to fail with where that failed: the files are whole by now, whatever happens here. */
export async function installPackages(
  { setup, frame }: Installing,
  { terminal, cwd, env, signal }: Context,
): Promise<{ readonly took: number; readonly failure: UserError | undefined }> {
  const { manager, installIn, outside } = setup;
  const { value: ran, took } = await frame.spin(
    `Installing with ${programOf(manager)}`,
    install(manager, outside, { cwd: installIn, env, signal }),
  );
  const hint = installCommandFrom(cwd, setup);
  if (ran.cancelled) {
    const told = 'Cancelled while installing. The files are all there; this installs:';
    return { took, failure: new UserError(told, { code: 'cancelled', hint }) };
  }
  if (ran.ok) return { took, failure: undefined };
  terminal.print(ran.output.trimEnd());
  const told = `${programOf(manager)} could not install. The files are all there; try again:`;
  return { took, failure: new UserError(told, { code: 'install-failed', hint }) };
}
