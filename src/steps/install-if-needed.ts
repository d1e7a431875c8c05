import type { Plan } from '../pipeline/plan/change.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import { programOf } from '../pipeline/repo/package-manager.ts';
import { openFrame } from '../ui/frame.ts';
import { wrap } from '../ui/wrap.ts';
import type { Context } from './context.ts';
import { installPackages } from './install-packages.ts';
import type { Opened } from './open-project.ts';

type InstallFlags = { readonly install: boolean };

/**
 * Installs the packages that package.json gained. Returns whether it installed any.
 * @throws UserError if the installation fails
 */
export async function installIfNeeded(
  opened: Opened,
  plan: Plan,
  flags: InstallFlags,
  context: Context,
): Promise<boolean> {
  if (plan.install.length === 0 || !flags.install) return false;
  const { terminal } = context;
  const setup = setupOf(opened);
  const frame = await openFrame(terminal);
  const { took, failure } = await installPackages({ setup, frame }, context);
  if (failure) throw failure;
  const seconds = Math.round(took / 1000);
  const packages = plan.install.join(', ');
  const done = `${programOf(setup.manager)} installed ${packages} (${seconds} s)`;
  wrap(done, terminal.columns).forEach(terminal.print);
  return true;
}

/** Returns the command to install later, if package.json changed and nothing was installed. */
export function installHint(
  opened: Opened,
  plan: Plan,
  flags: InstallFlags,
  { cwd }: Context,
): readonly string[] {
  const isStale = (plan.install.length > 0 && !flags.install) || plan.uninstall.length > 0;
  if (!isStale) return [];
  return [`package.json changed: ${installCommandFrom(cwd, setupOf(opened))}`];
}

function setupOf({ repo: { root, workspace, manager } }: Opened) {
  const outside = workspace !== undefined && !workspace.covers;
  return { manager, installIn: root, outside };
}
