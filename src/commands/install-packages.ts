import { UserError } from '../errors.ts';
import { install } from '../io/shell.ts';
import { installCommand } from '../pipeline/package-manager.ts';
import type { Plan, Repo } from '../types.ts';
import { openShow } from '../ui/show.ts';
import type { Flags, Setting } from './command.ts';

/** Installs what package.json gained, by the repo's own package manager. @throws UserError when that fails */
export async function installPackages(
  { root, workspace, manager }: Repo,
  plan: Plan,
  flags: Flags & { readonly install: boolean },
  { terminal, signal }: Setting,
): Promise<boolean> {
  if (plan.install.length === 0 || !flags.install) return false;
  const outside = workspace !== undefined && !workspace.covers;
  const show = await openShow(terminal);
  const { value: ran, took } = await show.spin(`Installing with ${manager}`, install(manager, root, outside, signal));
  if (ran.ok) {
    terminal.print(`${manager} installed ${plan.install.join(', ')} (${Math.round(took / 1000)} s)`);
    return true;
  }
  if (!ran.cancelled) terminal.print(ran.output.trimEnd());
  throw new UserError(
    ran.cancelled
      ? 'Cancelled while installing. The files are all there; this installs:'
      : `${manager} could not install. The files are all there; try again:`,
    {
      code: ran.cancelled ? 'cancelled' : 'install-failed',
      hint: installCommand(manager, outside),
    },
  );
}
