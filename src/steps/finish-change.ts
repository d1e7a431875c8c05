import { UserError } from '../errors.ts';
import type { Plan } from '../pipeline/plan/change.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';
import { wrapCommand } from '../ui/wrap.ts';
import type { CommandMessages, WriteFlags } from './apply-changes.ts';
import type { Context } from './context.ts';
import { findHints } from './find-hints.ts';
import { installHint, installIfNeeded } from './install-if-needed.ts';
import type { Opened } from './open-project.ts';
import type { Proposal } from './propose-changes.ts';

/** A change whose files are written. `hints` are those from before the installation. */
export type WrittenChange = {
  readonly opened: Opened;
  readonly proposal: Proposal;
  readonly plan: Plan;
  readonly messages: CommandMessages;
  readonly hints: readonly string[];
};

/** Installs packages, and looks up what is left to do. */
export async function finishChange(
  { opened, proposal, plan, messages, hints: before }: WrittenChange,
  flags: WriteFlags,
  context: Context,
) {
  const installed = await installOrHint(opened, plan, before, flags, context);
  const { command } = messages;
  const isChanged = installed && command !== 'remove';
  const hints = isChanged ? await findHints(opened, proposal, command, 'installed') : before;
  const install = installed ? [] : installHint(opened, plan, flags, context);
  const place = placeOf(plan, opened.repo.root, context);
  return { installed, next: [...install, ...place, ...plan.nextSteps, ...messages.notes], hints };
}

/** Installs packages. If that fails, the hints are shown anyway. */
async function installOrHint(
  opened: Opened,
  plan: Plan,
  hints: readonly string[],
  flags: WriteFlags,
  context: Context,
): Promise<boolean> {
  try {
    return await installIfNeeded(opened, plan, flags, context);
  } catch (error) {
    if (!(error instanceof UserError) || hints.length === 0) throw error;
    const { terminal } = context;
    const lines = hints.flatMap((text) => wrapCommand(text, terminal.columns));
    if (!terminal.json) lines.forEach(terminal.print);
    const { message, code, hint, details } = error;
    throw new UserError(message, { code, hint, details: { ...details, hints } });
  }
}

/** Names the folder of the next steps, if the user is in another one. */
function placeOf({ nextSteps }: Plan, root: string, { cwd }: Context): readonly string[] {
  const path = relativePath(cwd, root);
  return path === '' || nextSteps.length === 0 ? [] : [`Run what follows in ${path}:`];
}
