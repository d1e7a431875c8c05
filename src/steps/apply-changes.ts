import { UserError } from '../errors.ts';
import { isDirty } from '../io/git.ts';
import { checkPlaces, withRunLock, transact } from '../io/transaction/transaction.ts';
import { checkCompatible } from '../pipeline/repo/package-versions.ts';
import { conflictsLeft, describe, planSummary } from '../pipeline/report/describe-plan.ts';
import { addCommand, programOf } from '../pipeline/repo/package-manager.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import {
  changeClosing,
  confirmation,
  conflictsMessage,
  onlyOwnFilesChange,
} from '../pipeline/report/change-messages.ts';
import { isReported, isWritten, writesOf } from '../pipeline/plan/writes.ts';
import type { OnConflict } from '../pipeline/decide/decision.ts';
import type { Plan, Write } from '../pipeline/plan/change.ts';
import { openFrame } from '../ui/frame.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrapCommand } from '../ui/wrap.ts';
import type { Flags, Context } from './context.ts';
import { buildPlan } from './build-plan.ts';
import type { Opened } from './open-project.ts';
import type { Proposal } from './propose-changes.ts';
import { installPackages } from './install-packages.ts';
import { askConflicts } from './ask-conflicts.ts';

/** The options of commands that write into a repo. */
export type WriteFlags = Flags & {
  readonly install: boolean;
  readonly onConflict?: OnConflict;
  readonly pm?: string;
};

/** What a command calls itself and says around its plan. */
export type CommandMessages = {
  readonly command: 'add' | 'update' | 'remove';
  /** Said before the plan. */
  readonly headline: readonly string[];
  /** Said when there is nothing to do. */
  readonly nothing: string;
  /** Said last. */
  readonly notes: readonly string[];
};

/** Settles conflicts, shows the plan, asks, writes it in one transaction, and installs. */
export async function applyChanges(
  opened: Opened,
  proposal: Proposal,
  errand: CommandMessages,
  flags: WriteFlags,
  setting: Context,
): Promise<void> {
  const { terminal } = setting;
  const { root, manager } = opened.repo;
  const { project, wanted } = proposal;
  checkCompatible(project.disk.get('package.json') ?? '{}', wanted.needs.dependencies, (spec) =>
    addCommand(manager, spec),
  );
  const decisions = await askConflicts(proposal.decisions, flags.onConflict, setting);
  const { plan, notes } = await buildPlan({ ...proposal, decisions }, opened.repo);
  const writes = writesOf(plan, project);
  await checkPlaces(root, writes);
  if (conflictsLeft(plan).length > 0) setting.exit(2);
  if (!terminal.json) {
    say([...errand.headline, ...notes], setting);
    showRows(describe(plan), terminal);
  }
  const told = {
    command: errand.command,
    ...planSummary(plan),
    warnings: [...errand.headline, ...notes],
  };
  const done = { ...told, dryRun: flags.dryRun, written: !flags.dryRun && writes.length > 0 };
  if (writes.length === 0 || flags.dryRun) {
    if (terminal.json) return terminal.document({ ...done, installed: false, next: [] });
    return say(
      [
        writes.length === 0
          ? nothingDone(plan, errand)
          : 'Nothing was written: this was --dry-run.',
      ],
      setting,
    );
  }
  await askFirst(plan, errand, root, flags, setting);
  await write(root, errand.command, writes, setting);
  const installed = await installing(opened, plan, flags, setting);
  const next = [
    ...(installed ? [] : toInstall(opened, plan, flags, setting)),
    ...plan.nextSteps,
    ...errand.notes,
  ];
  if (terminal.json) return terminal.document({ ...done, installed, next });
  say(changeClosing(plan, manager, next), setting);
}

function say(texts: readonly string[], { terminal }: Context): void {
  texts.flatMap((text) => wrapCommand(text, terminal.columns)).forEach(terminal.print);
}

function nothingDone(plan: Plan, errand: CommandMessages): string {
  const left = conflictsLeft(plan);
  return left.length > 0 ? conflictsMessage(left) : errand.nothing;
}

async function askFirst(
  plan: Plan,
  errand: CommandMessages,
  root: string,
  flags: Flags,
  setting: Context,
): Promise<void> {
  const { terminal, signal } = setting;
  if (!plan.changes.some((change) => isReported(change) && isWritten(change)))
    return say([onlyOwnFilesChange], setting);
  if (errand.command !== 'add' && (await isDirty(root)))
    say(['Not everything here is committed. `undo` takes back this command alone.'], setting);
  if (!terminal.attended || flags.yes) return;
  const { askConfirm } = await import('../ui/ask-confirm.ts');
  await askConfirm(
    { message: confirmation(plan), initial: errand.command !== 'remove' },
    terminal,
    signal,
  );
}

/** Writes; what is read-only is written over only once somebody says so. */
async function write(
  root: string,
  command: string,
  writes: readonly Write[],
  setting: Context,
): Promise<void> {
  const { terminal, signal } = setting;
  const go = (readOnly: 'refuse' | 'overwrite') =>
    withRunLock(root, () => transact(root, command, writes, { signal, readOnly }));
  try {
    await go('refuse');
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'read-only' || !terminal.attended)
      throw error;
    const { askConfirm } = await import('../ui/ask-confirm.ts');
    const message = `${error.message} Write it, and what else is read-only, all the same?`;
    await askConfirm({ message, initial: false }, terminal, signal);
    await go('overwrite');
  }
}

const setupOf = ({ repo: { root, workspace, manager } }: Opened) => ({
  manager,
  installIn: root,
  outside: workspace !== undefined && !workspace.covers,
});

/** Installs what package.json gained, by the repo's own package manager. @throws UserError when that fails */
async function installing(
  opened: Opened,
  plan: Plan,
  flags: WriteFlags,
  setting: Context,
): Promise<boolean> {
  if (plan.install.length === 0 || !flags.install) return false;
  const setup = setupOf(opened);
  const show = await openFrame(setting.terminal);
  const { took, failure } = await installPackages({ setup, here: setting.here, show }, setting);
  if (failure) throw failure;
  say(
    [
      `${programOf(setup.manager)} installed ${plan.install.join(', ')} (${Math.round(took / 1000)} s)`,
    ],
    setting,
  );
  return true;
}

function toInstall(
  opened: Opened,
  plan: Plan,
  flags: WriteFlags,
  setting: Context,
): readonly string[] {
  const isStale = (plan.install.length > 0 && !flags.install) || plan.uninstall.length > 0;
  return isStale
    ? [`package.json changed: ${installCommandFrom(setting.here, setupOf(opened))}`]
    : [];
}
